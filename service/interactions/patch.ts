import { assertPermitted, notPermitted } from '../access/permit.ts'
import { isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import type { Patch, PatchRequest, Revealed, WriteResult } from '../fhir-service.ts'
import { isResourceId } from '../interaction-request.ts'
import type { ResourceContent } from '../resource/content.ts'
import { applyPatch } from '../resource/patch/apply-patch.ts'
import { assertValid, type ValidateOptions } from '../resource/validate.ts'
import { attemptWrite } from './commit-write.ts'
import { assertMatch, assertMatchGiven, assertVersionId, contended, namesVersion, overtaken } from './if-match.ts'
import { assertKnownType, notFound } from './known-type.ts'
import { gone } from './read.ts'

/**
 * R4 http.html#patch. A patch says what to change, whatever the rest is: without If-Match a lost race is tried again on
 * what the winner has left.
 */
export async function patch(context: ServiceContext, call: Call, request: PatchRequest): Promise<WriteResult> {
  const { ports, policy, limits, rules } = context
  const definitions = context.definitions.for(call.tenant)
  const { type, id, ifMatch } = request
  assertKnownType(definitions, type)
  assertPermitted(policy, call, 'patch', type)
  assertVersionId(ifMatch)
  if (!isResourceId(id)) throw notFound(request)
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const [newest] = await ports.store.readNewest(call.tenant, [{ type, id }], call.deadline)
    const previous = await revealOne(context, call, newest)
    if (newest && !previous) throw notPermitted('patch', type)
    if (ifMatch !== undefined) assertMatch(request, newest, ifMatch)
    if (!previous) throw notFound(request)
    if (!isRevealed(previous)) throw gone(previous)
    assertMatchGiven(rules, request, newest, ifMatch)
    const content = await patchedContent(definitions, previous, request.patch)
    if (!content) return { kind: 'unchanged', version: previous }
    const { result } = await attemptWrite(context, call, { method: 'PATCH', type, id, content, previous })
    if (result) return result
    if (namesVersion(ifMatch)) throw overtaken(request, ifMatch)
  }
  throw contended(request)
}

/**
 * What the patch makes of a version, validated as an update would be; undefined where it changes nothing.
 * @throws Fault invalid or unprocessable.
 */
export async function patchedContent(
  definitions: Definitions,
  previous: Revealed,
  change: Patch,
  options: Omit<ValidateOptions, 'type'> = {},
): Promise<ResourceContent | undefined> {
  const content = await applyPatch(definitions, previous.content(), change)
  return content && assertValid(definitions, content, { ...options, type: previous.type })
}
