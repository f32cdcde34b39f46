/** Entries that only read, and operations: R4 http.html#transaction. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault } from '../fault.ts'
import type { ReadResult } from '../fhir-service.ts'
import { capabilities } from '../interactions/capabilities.ts'
import { history } from '../interactions/history.ts'
import { read } from '../interactions/read.ts'
import { search } from '../interactions/search.ts'
import { searchRequestOf } from '../interactions/search-plan.ts'
import { vread } from '../interactions/vread.ts'
import { runOperation } from '../operations/run-operation.ts'
import { encodeHistory, encodeSearchset } from '../searchset.ts'
import type { AnswerBudget } from './answer-budget.ts'
import type { BundleEntry } from './entries.ts'
import { atEntry } from './entry-fault.ts'
import { type EntryOutcome, faultOutcome, OK, representation } from './outcome.ts'

/** Never rejects: a failure is the entry's outcome, since what the Bundle writes has been written. */
export async function readEntry(
  context: ServiceContext,
  call: Call,
  entry: BundleEntry,
  budget: AnswerBudget,
): Promise<EntryOutcome> {
  try {
    budget.assertLeft()
    const outcome = await runEntry(context, call, entry)
    if (entry.method !== 'HEAD') {
      budget.spend(outcome)
      return outcome
    }
    const { resource: _resource, fullUrl: _fullUrl, ...head } = outcome
    return head
  } catch (error) {
    return faultOutcome(call, entry.index, Fault.is(error) ? atEntry(entry.index, error, 'request.url') : error)
  }
}

async function runEntry(context: ServiceContext, call: Call, entry: BundleEntry): Promise<EntryOutcome> {
  const { interaction, url } = entry
  const path = url.replace(/\?.*$/s, '')
  const links = { baseUrl: call.baseUrl, path }
  switch (interaction.kind) {
    case 'read':
      return readOutcome(call, await read(context, call, { ...interaction, ...conditionsOf(entry) }))
    case 'vread':
      return readOutcome(call, await vread(context, call, { ...interaction, ...conditionsOf(entry) }))
    case 'search':
    case 'search-system':
    case 'search-compartment': {
      const result = await search(context, call, { ...searchRequestOf(interaction), consistent: true })
      return { status: OK, resource: encodeSearchset(result, links) }
    }
    case 'history':
      return { status: OK, resource: encodeHistory(await history(context, call, interaction), links) }
    case 'capabilities':
      return { status: OK, resource: [await capabilities(context, call)] }
    case 'operation': {
      const { resource: content } = entry
      const method = entry.method === 'POST' ? 'POST' : 'GET'
      const result = await runOperation(context, call, {
        ...interaction,
        method,
        ...(content !== undefined && { content }),
      })
      const { body, version } = result
      const resource = body instanceof Uint8Array ? [body] : body
      return { status: body ? OK : '204 No Content', ...(resource && { resource }), ...(version && { version }) }
    }
    default:
      throw new Error(`Invariant violated: ${interaction.kind} does not only read`)
  }
}

const conditionsOf = ({ ifNoneMatch, ifModifiedSince }: BundleEntry) => ({
  ...(ifNoneMatch && { ifNoneMatch }),
  ...(ifModifiedSince !== undefined && { ifModifiedSince }),
})

function readOutcome(call: Call, result: ReadResult): EntryOutcome {
  if (result.kind === 'not-modified') return { status: '304 Not Modified', version: result.version }
  return { status: OK, version: result.version, ...representation(call, result.version) }
}
