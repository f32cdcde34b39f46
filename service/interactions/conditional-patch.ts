import { assertPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { ConditionalPatchRequest, WriteResult } from '../fhir-service.ts'
import { attemptWrite } from './commit-write.ts'
import { getMatch, readCondition } from './condition.ts'
import { contendedCondition } from './conditional-update.ts'
import { assertMatch, assertMatchGiven, assertVersionId, namesVersion, overtaken } from './if-match.ts'
import { assertKnownType } from './known-type.ts'
import { patchedContent } from './patch.ts'

/** R4 http.html#patch: of the one match; none is 404, several 412. After a lost race the search is made again. */
export async function conditionalPatch(
  context: ServiceContext,
  call: Call,
  request: ConditionalPatchRequest,
): Promise<WriteResult> {
  const definitions = context.definitions.for(call.tenant)
  const { type, ifMatch } = request
  assertKnownType(definitions, type)
  assertPermitted(context.policy, call, 'patch', type)
  assertVersionId(ifMatch)
  const condition = await readCondition(context, call, type, request.condition)
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const previous = await getMatch(context, call, condition)
    assertMatch(previous, previous, ifMatch)
    assertMatchGiven(context.rules, previous, previous, ifMatch)
    const content = await patchedContent(definitions, previous, request.patch)
    if (!content) return { kind: 'unchanged', version: previous }
    const { id } = previous
    const { result } = await attemptWrite(context, call, { method: 'PATCH', type, id, content, previous })
    if (result) return result
    if (namesVersion(ifMatch)) throw overtaken(previous, ifMatch)
  }
  throw contendedCondition(condition)
}
