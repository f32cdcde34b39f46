import { assertPermitted, notPermitted } from '../access/permit.ts'
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { DeleteRequest, DeleteResult } from '../fhir-service.ts'
import { isResourceId } from '../interaction-request.ts'
import { attemptDelete } from './commit-write.ts'
import { assertMatch, assertMatchGiven, assertVersionId, contended, namesVersion, overtaken } from './if-match.ts'
import { assertKnownType } from './known-type.ts'

/** R4 http.html#delete: what is not there, or not there any more, is deleted with success and without a new version. */
export async function deleteResource(
  context: ServiceContext,
  call: Call,
  request: DeleteRequest,
): Promise<DeleteResult> {
  const { ports, policy, limits, rules } = context
  const definitions = context.definitions.for(call.tenant)
  const { type, id, ifMatch } = request
  assertKnownType(definitions, type)
  assertPermitted(policy, call, 'delete', type)
  assertVersionId(ifMatch)
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const [newest] = isResourceId(id) ? await ports.store.readNewest(call.tenant, [{ type, id }], call.deadline) : []
    if (newest && !newest.deleted && !(await revealOne(context, call, newest))) throw notPermitted('delete', type)
    assertMatch(request, newest, ifMatch)
    if (!newest || newest.deleted) return { version: undefined }
    assertMatchGiven(rules, request, newest, ifMatch)
    const { result } = await attemptDelete(context, call, newest)
    if (result) return result
    if (namesVersion(ifMatch)) throw overtaken(request, ifMatch)
  }
  throw contended(request)
}
