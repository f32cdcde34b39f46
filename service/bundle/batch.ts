/** R4 http.html#batch: entries that have nothing to do with each other, each with its own outcome. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault } from '../fault.ts'
import type { BundleRequest } from '../fhir-service.ts'
import { conditionalDelete } from '../interactions/conditional-delete.ts'
import { conditionalPatch } from '../interactions/conditional-patch.ts'
import { conditionalUpdate } from '../interactions/conditional-update.ts'
import { create } from '../interactions/create.ts'
import { deleteResource } from '../interactions/delete.ts'
import { type OnceOutcome, onlyOnce } from '../interactions/once.ts'
import { patch } from '../interactions/patch.ts'
import { replayDelete, replayWrite } from '../interactions/replay.ts'
import { update } from '../interactions/update.ts'
import { JobLost } from '../jobs/job-lease.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import { formatQueryString } from '../query-string.ts'
import { type AnswerBudget, answerBudget } from './answer-budget.ts'
import { type BundleEntry, isRefused, type RefusedEntry } from './entries.ts'
import { atEntry } from './entry-fault.ts'
import { deleteOutcome, type EntryOutcome, faultOutcome, writeOutcome } from './outcome.ts'
import { patchOfEntry } from './patch-entry.ts'
import { readEntry } from './read-entry.ts'
import { scanReferences } from './scan-references.ts'

/** Runs the entries at the same time, in no order that a client could rely on. */
export async function batch(
  context: ServiceContext,
  call: Call,
  entries: readonly (BundleEntry | RefusedEntry)[],
  { prefer, once }: Pick<BundleRequest, 'prefer' | 'once'>,
): Promise<EntryOutcome[]> {
  const assigned = new Set(entries.flatMap(assignedFullUrl))
  const budget = answerBudget(context.limits)
  let lost: JobLost | undefined
  let done = 0
  const outcomes = await mapConcurrently(entries, context.limits.concurrencyMax, async entry => {
    if (lost) return undefined
    try {
      if (context.job) await context.job.assertHeld()
      const outcome = await outcomeOf(entry)
      context.job?.tell(++done, entries.length)
      return outcome
    } catch (error) {
      // Those that have been begun end, then the batch does.
      if (!JobLost.is(error)) throw error
      lost = error
      return undefined
    }
  })
  if (lost) throw lost
  return outcomes.filter(outcome => outcome !== undefined)

  async function outcomeOf(entry: BundleEntry | RefusedEntry): Promise<EntryOutcome> {
    if (isRefused(entry)) return faultOutcome(call, entry.index, entry.refusal)
    try {
      assertIndependent(entry, assigned)
      const run = (within: ServiceContext) => runEntry(within, call, entry, prefer, budget)
      if (!once || !WRITING.has(entry.interaction.kind)) return await run(context)
      // Entries are committed apart: each is recognised by itself when the batch comes again.
      const part = { key: `${once.key}#${entry.index}`, fingerprint: once.fingerprint }
      return await onlyOnce(context, call, part, run, outcome => replayEntry(context, call, outcome, prefer))
    } catch (error) {
      if (JobLost.is(error)) throw error
      return faultOutcome(call, entry.index, Fault.is(error) ? atEntry(entry.index, error) : error)
    }
  }
}

const WRITING: ReadonlySet<BundleEntry['interaction']['kind']> = new Set([
  ...(['create', 'update', 'patch', 'delete'] as const),
  ...(['conditional-update', 'conditional-patch', 'conditional-delete'] as const),
])

async function replayEntry(
  context: ServiceContext,
  call: Call,
  outcome: OnceOutcome,
  prefer: BundleRequest['prefer'],
): Promise<EntryOutcome> {
  if (outcome.kind !== 'deleted') return writeOutcome(call, await replayWrite(context, call, outcome), prefer)
  const version = await replayDelete(context, call, outcome)
  return deleteOutcome(version ? [version] : [], prefer)
}

/** The fullUrl of a create: the server chooses another id, so a link to it would lead nowhere. */
function assignedFullUrl(entry: BundleEntry | RefusedEntry): readonly string[] {
  if (isRefused(entry) || entry.interaction.kind !== 'create' || entry.fullUrl === undefined) return []
  return [entry.fullUrl]
}

function assertIndependent({ index, fullUrl, resource }: BundleEntry, assigned: ReadonlySet<string>): void {
  if (assigned.size === 0) return
  scanReferences(resource, reference => {
    if (reference === fullUrl || !assigned.has(reference)) return
    throw fault('invalid', `'${reference}' is another entry of the batch: only a transaction resolves such links`, {
      code: 'business-rule',
      expression: [`Bundle.entry[${index}].resource`],
    })
  })
}

async function runEntry(
  context: ServiceContext,
  call: Call,
  entry: BundleEntry,
  prefer: BundleRequest['prefer'],
  budget: AnswerBudget,
): Promise<EntryOutcome> {
  const { interaction, resource: content = null, ifNoneExist, ifMatch } = entry
  const matching = ifMatch === undefined ? {} : { ifMatch }
  switch (interaction.kind) {
    case 'create': {
      const { type } = interaction
      const request = { type, content, ...(ifNoneExist !== undefined && { ifNoneExist }) }
      return writeOutcome(call, await create(context, call, request), prefer)
    }
    case 'update': {
      const { type, id } = interaction
      return writeOutcome(call, await update(context, call, { type, id, content, ...matching }), prefer)
    }
    case 'delete': {
      const { type, id } = interaction
      const { version } = await deleteResource(context, call, { type, id, ...matching })
      return deleteOutcome(version ? [version] : [], prefer)
    }
    case 'patch': {
      const { type, id } = interaction
      const request = { type, id, patch: patchOfEntry(content), ...matching }
      return writeOutcome(call, await patch(context, call, request), prefer)
    }
    case 'conditional-update': {
      const request = { type: interaction.type, condition: formatQueryString(interaction.parameters), content }
      return writeOutcome(call, await conditionalUpdate(context, call, { ...request, ...matching }), prefer)
    }
    case 'conditional-patch': {
      const condition = formatQueryString(interaction.parameters)
      const request = { type: interaction.type, condition, patch: patchOfEntry(content), ...matching }
      return writeOutcome(call, await conditionalPatch(context, call, request), prefer)
    }
    case 'conditional-delete': {
      const request = { type: interaction.type, condition: formatQueryString(interaction.parameters), ...matching }
      const { versions } = await conditionalDelete(context, call, request)
      return deleteOutcome(versions, prefer)
    }
    default:
      return readEntry(context, call, entry, budget)
  }
}
