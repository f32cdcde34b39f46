import { assertPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { type Fault, fault } from '../fault.ts'
import type { ConditionalUpdateRequest, Revealed, WriteResult } from '../fhir-service.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { carryLabels } from '../resource/carry-labels.ts'
import type { ResourceContent } from '../resource/content.ts'
import { assertValid } from '../resource/validate.ts'
import { type Attempted, attemptWrite } from './commit-write.ts'
import { type Condition, claimHolder, claimOf, findMatch, readClaim, readCondition } from './condition.ts'
import { assertMatch, assertMatchGiven, assertVersionId, namesVersion, overtaken } from './if-match.ts'
import { assertKnownType } from './known-type.ts'
import { assertUpdatable, assertWritable } from './update.ts'

/**
 * R4 http.html#cond-update. What matches is looked for anew after each lost race. Of many that find nothing at the same
 * time one creates, by the claim on the condition, and the others update what it has made.
 */
export async function conditionalUpdate(
  context: ServiceContext,
  call: Call,
  request: ConditionalUpdateRequest,
): Promise<WriteResult> {
  const definitions = context.definitions.for(call.tenant)
  const { type, ifMatch } = request
  assertKnownType(definitions, type)
  assertPermitted(context.policy, call, 'update', type)
  assertVersionId(ifMatch)
  const condition = await readCondition(context, call, type, request.condition)
  const content = assertValid(definitions, request.content, { type })
  const newId = context.ports.ids.resourceId()
  let holder: ResourceKey | undefined
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const found = await findMatch(context, call, condition)
    const match = found ?? (holder && (await claimHolder(context, call, condition, holder)))
    const { result, conflict } = match
      ? await updateMatch(context, call, { match, content, condition, ifMatch })
      : await createMissing(context, call, { condition, content, newId, holder, ifMatch })
    if (result) return result
    if (conflict.kind === 'claim') holder = conflict.resource ?? (await readClaim(context, call, condition))
    else if (match && namesVersion(ifMatch)) throw overtaken(match, ifMatch)
  }
  throw contendedCondition(condition)
}

/** R4 http.html#cond-update: an id in the content has to be that of the match. */
export function assertMatchId(match: ResourceKey, content: ResourceContent, condition: Condition): void {
  if (content.id === undefined || content.id === match.id) return
  throw fault(
    'invalid',
    `The condition '${condition.text}' matches ${match.type}/${match.id}, but the resource has the id '${String(content.id)}'`,
    { code: 'value', expression: [`${match.type}.id`] },
  )
}

export const contendedCondition = ({ text }: Condition): Fault =>
  fault('conflict', `Others write what the condition '${text}' is about at the same time: try again`, {
    retryAfterSeconds: 1,
  })

interface Matched {
  readonly match: Revealed
  readonly content: ResourceContent
  readonly condition: Condition
  readonly ifMatch: ConditionalUpdateRequest['ifMatch']
}

async function updateMatch(
  context: ServiceContext,
  call: Call,
  { match, content, condition, ifMatch }: Matched,
): Promise<Attempted<WriteResult>> {
  const { type, id } = match
  assertMatchId(match, content, condition)
  assertMatch(match, match, ifMatch)
  assertMatchGiven(context.rules, match, match, ifMatch)
  return attemptWrite(context, call, {
    ...{ method: 'PUT', type, id, previous: match },
    content: carryLabels(content, match),
  })
}

interface Missing {
  readonly condition: Condition
  readonly content: ResourceContent
  /** For content without one. */
  readonly newId: string
  readonly holder: ResourceKey | undefined
  readonly ifMatch: ConditionalUpdateRequest['ifMatch']
}

/** No match: a create, at the id that the content has, or at a new one. */
async function createMissing(
  context: ServiceContext,
  call: Call,
  { condition, content, newId, holder, ifMatch }: Missing,
): Promise<Attempted<WriteResult>> {
  const { type } = condition
  const id = typeof content.id === 'string' ? content.id : newId
  if (ifMatch !== undefined) assertMatch({ type, id }, undefined, ifMatch)
  const definitions = context.definitions.for(call.tenant)
  assertUpdatable(definitions, { type, id }, { ...content, id })
  const [previous] = await context.ports.store.readNewest(call.tenant, [{ type, id }], call.deadline)
  await assertWritable(context, call, previous)
  if (previous && !previous.deleted) {
    throw fault('precondition-failed', `${type}/${id} is there already, and does not match '${condition.text}'`)
  }
  const claims = [claimOf(condition, { type, id }, holder)]
  return attemptWrite(context, call, { method: 'PUT', type, id, content, previous, claims })
}
