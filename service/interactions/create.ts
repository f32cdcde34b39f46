import { assertPermitted } from '../access/permit.ts'
import { givenContent } from '../binary/given-content.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { CreateRequest, Revealed, WriteResult } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import { assertValid } from '../resource/validate.ts'
import { attemptWrite, type WriteAttempt } from './commit-write.ts'
import { type Condition, claimHolder, claimOf, findMatch, readClaim, readCondition } from './condition.ts'
import { assertKnownType } from './known-type.ts'
import { onlyOnce } from './once.ts'
import { replayWrite } from './replay.ts'

/** R4 http.html#create; with ifNoneExist http.html#ccreate. */
export async function create(
  context: ServiceContext,
  call: Call,
  request: CreateRequest,
  /** New as well: of a resource that something has been kept for. Default: another one. */
  id?: string,
): Promise<WriteResult> {
  const definitions = context.definitions.for(call.tenant)
  const { type, ifNoneExist } = request
  assertKnownType(definitions, type)
  assertPermitted(context.policy, call, 'create', type)
  const { once } = request
  if (once) {
    const { once: _once, ...same } = request
    const run = (within: ServiceContext) => create(within, call, same, id)
    return onlyOnce(context, call, once, run, outcome => replayWrite(context, call, outcome))
  }
  const condition = ifNoneExist === undefined ? undefined : await readCondition(context, call, type, ifNoneExist)
  const content = assertValid(definitions, givenContent(context, type, request.content), { type })
  if (condition) return createUnlessFound(context, call, condition, content, id)
  const { result } = await attemptWrite(context, call, newWrite(context, type, content, id))
  invariant(result, `the new id of a ${type} was taken`)
  return result
}

/**
 * Of many at the same time one wins the claim on the condition. The others meet it and answer with the resource that it
 * names, if that matches; a claim is a hint, and one in vain is taken over.
 */
async function createUnlessFound(
  context: ServiceContext,
  call: Call,
  condition: Condition,
  content: ResourceContent,
  id: string | undefined,
): Promise<WriteResult> {
  const match = await findMatch(context, call, condition)
  if (match) return unchanged(match)
  let holder: ResourceKey | undefined
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const write = newWrite(context, condition.type, content, id)
    const claims = [claimOf(condition, write, holder)]
    const { result, conflict } = await attemptWrite(context, call, { ...write, claims })
    if (result) return result
    invariant(conflict.kind === 'claim', 'a new id was taken')
    holder = conflict.resource ?? (await readClaim(context, call, condition))
    const found = holder && (await claimHolder(context, call, condition, holder))
    if (found) return unchanged(found)
  }
  throw fault('conflict', `Others create for the condition '${condition.text}' at the same time: try again`, {
    retryAfterSeconds: 1,
  })
}

const unchanged = (version: Revealed): WriteResult => ({ kind: 'unchanged', version })

const newWrite = (
  { ports }: ServiceContext,
  type: string,
  content: ResourceContent,
  id: string = ports.ids.resourceId(),
): WriteAttempt => ({
  method: 'POST',
  type,
  id,
  content,
  previous: undefined,
})
