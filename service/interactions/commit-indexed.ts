/** The commit of everything that is written: what search knows of it is made by the parameters that are in force. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { Fault, fault } from '../fault.ts'
import { StaleParameters } from '../ports/parameter-store.ts'
import type { Change, CommitRequest, CommitResult } from '../ports/resource-store.ts'
import type { ResourceContent } from '../resource/content.ts'
import { parseJson } from '../resource/json.ts'
import { extract } from '../search/extract.ts'
import { clashIssues, type WrittenParameter } from '../search/own-parameters/check-own-parameter.ts'
import { compileOwn } from '../search/own-parameters/own-parameter.ts'
import { requestReindex } from '../search/own-parameters/reindex-job.ts'
import { traceOf } from '../trace.ts'

/**
 * ResourceStore.commit, and where it changes the tenant's own search parameters, the begin of what follows from it.
 * @throws Fault unprocessable where one of them would take the code of another.
 */
export async function commitIndexed(
  context: ServiceContext,
  call: Call,
  request: CommitRequest,
): Promise<CommitResult> {
  const { store } = context.ports
  if (context.job) await context.job.assertHeld()
  let definitions = context.definitions.for(call.tenant)
  if (!definitions.own) return store.commit(call.tenant, request)
  let { changes } = request
  const written = changes.filter(({ type }) => type === 'SearchParameter').map(writtenParameter)
  // What was in force before these changes is known for certain only after what they are built on was read.
  const isToBeAsked = store.indexing === 'later' && written.length > 0
  if (isToBeAsked && context.definitions.current) definitions = await context.definitions.current(call.tenant)
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const { own } = definitions
    const issues = clashIssues(definitions, written)
    if (issues.length > 0) throw new Fault('unprocessable', issues)
    const changed = written.some(one => changesParameters(definitions, one))
    const parameters = { revision: own?.revision ?? 0, changed }
    try {
      const result = await store.commit(call.tenant, { ...request, changes, parameters })
      if (result.committed && changed) await beginReindex(context, call)
      return result
    } catch (error) {
      if (!(error instanceof StaleParameters) || !context.definitions.current) throw error
      definitions = await context.definitions.current(call.tenant)
      changes = changes.map(change => extractedAnew(definitions, change, call.baseUrl))
    }
  }
  throw fault('conflict', 'The search parameters change again and again at this moment: try again', {
    retryAfterSeconds: 1,
  })
}

const writtenParameter = ({ id, body }: Change): WrittenParameter => ({
  id,
  content: body === undefined ? undefined : (parseJson(body) as ResourceContent),
})

/** Whether it takes one out of force, or puts one in. */
const changesParameters = (definitions: Definitions, { id, content }: WrittenParameter): boolean =>
  definitions.own?.parameters.some(one => one.id === id) === true ||
  (content !== undefined && compileOwn(definitions, content) !== undefined)

function extractedAnew(definitions: Definitions, change: Change, baseUrl: string): Change {
  const { body, versionId, lastUpdated } = change
  if (body === undefined) return change
  const content = parseJson(body) as ResourceContent
  return { ...change, document: extract(definitions, content, { versionId, lastUpdated, baseUrl }) }
}

/** The change is committed, whatever becomes of this: a search that misses the job begins it, too. */
async function beginReindex(context: ServiceContext, call: Call): Promise<void> {
  try {
    await requestReindex(context, call)
  } catch (error) {
    call.logger.error('The index could not be told of a search parameter', {
      requestId: call.requestId,
      ...traceOf(error),
    })
  }
}
