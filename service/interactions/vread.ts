import { assertPermitted } from '../access/permit.ts'
import { isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { ReadResult, VreadRequest } from '../fhir-service.ts'
import { isResourceId } from '../interaction-request.ts'
import { assertKnownType } from './known-type.ts'
import { gone, readResult, withBytes } from './read.ts'

const VERSION_ID = /^[1-9][0-9]{0,14}$/

/** R4 http.html#vread. Each version is judged by its own content, as history does. */
export async function vread(context: ServiceContext, call: Call, request: VreadRequest): Promise<ReadResult> {
  return withBytes(context, call, await vreadStored(context, call, request), request)
}

/** The same but for the bytes of a Binary, which may be elsewhere. */
export async function vreadStored(context: ServiceContext, call: Call, request: VreadRequest): Promise<ReadResult> {
  const { ports, policy } = context
  const definitions = context.definitions.for(call.tenant)
  const { type, id, versionId } = request
  assertKnownType(definitions, type)
  assertPermitted(policy, call, 'vread', type)
  const stored =
    isResourceId(id) && VERSION_ID.test(versionId)
      ? await ports.store.readVersion(call.tenant, { type, id }, Number(versionId), call.deadline)
      : undefined
  const version = await revealOne(context, call, stored)
  if (!version) throw fault('not-found', `There is no version '${versionId}' of ${type}/${id}`)
  if (!isRevealed(version)) throw gone(version)
  return readResult(definitions, version, request)
}
