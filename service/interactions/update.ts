import { assertPermitted, notPermitted } from '../access/permit.ts'
import { isRevealed, type Tombstone } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import { givenContent } from '../binary/given-content.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { fault } from '../fault.ts'
import type { Revealed, UpdateRequest, WriteResult } from '../fhir-service.ts'
import { isResourceId } from '../interaction-request.ts'
import type { ResourceKey, StoredVersion } from '../ports/stored-version.ts'
import { carryLabels } from '../resource/carry-labels.ts'
import type { JsonValue, ResourceContent } from '../resource/content.ts'
import { assertValid, type ValidateOptions } from '../resource/validate.ts'
import { attemptWrite } from './commit-write.ts'
import {
  assertAbsent,
  assertMatch,
  assertMatchGiven,
  assertVersionId,
  contended,
  namesVersion,
  overtaken,
} from './if-match.ts'
import { assertKnownType } from './known-type.ts'

/**
 * R4 http.html#update. Without If-Match the last write wins, so a lost race is tried again; with it the loser is told.
 */
export async function update(context: ServiceContext, call: Call, request: UpdateRequest): Promise<WriteResult> {
  const { ports, policy, limits, rules } = context
  const definitions = context.definitions.for(call.tenant)
  const { type, id, ifMatch } = request
  assertKnownType(definitions, type)
  assertPermitted(policy, call, 'update', type)
  assertVersionId(ifMatch)
  const content = assertUpdatable(definitions, request, givenContent(context, type, request.content))
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const [previous] = await ports.store.readNewest(call.tenant, [{ type, id }], call.deadline)
    const seen = await assertWritable(context, call, previous)
    assertMatch(request, previous, ifMatch)
    if (request.ifNoneMatch) assertAbsent(request, previous)
    else assertMatchGiven(rules, request, previous, ifMatch)
    const updated = isRevealed(seen) ? carryLabels(content, seen) : content
    const { result } = await attemptWrite(context, call, { method: 'PUT', type, id, content: updated, previous })
    if (result) return result
    if (namesVersion(ifMatch)) throw overtaken(request, ifMatch)
  }
  throw contended(request)
}

/**
 * The content as a resource that may be put at this id: R4 http.html#update asks for the same id in both places.
 * @throws Fault invalid or unprocessable.
 */
export function assertUpdatable(
  definitions: Definitions,
  { type, id }: ResourceKey,
  content: JsonValue,
  options: Omit<ValidateOptions, 'type'> = {},
): ResourceContent {
  if (!isResourceId(id)) {
    throw fault('invalid', `'${id}' is no id: 1 to 64 of the letters, digits, '-' and '.'`, { code: 'value' })
  }
  const resource = assertValid(definitions, content, { ...options, type })
  if (resource.id === id) return resource
  const found = resource.id === undefined ? 'has none' : `has '${String(resource.id)}'`
  throw fault('invalid', `The resource must have the id of its address, '${id}', but ${found}`, {
    code: 'value',
    expression: [`${type}.id`],
  })
}

/**
 * What the caller sees of the newest version.
 * @throws Fault forbidden where it, a tombstone as well, is hidden from the caller.
 */
export async function assertWritable(
  context: ServiceContext,
  call: Call,
  newest: StoredVersion | undefined,
): Promise<Revealed | Tombstone | undefined> {
  const seen = await revealOne(context, call, newest)
  if (newest && !seen) throw notPermitted('update', newest.type)
  return seen
}
