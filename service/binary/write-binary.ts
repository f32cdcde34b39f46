import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { BinaryWriteRequest, WriteResult } from '../fhir-service.ts'
import { create } from '../interactions/create.ts'
import { update } from '../interactions/update.ts'
import type { ResourceContent } from '../resource/content.ts'
import { rawBinary } from './keep-bytes.ts'

/** R4 binary.html#rest: a Binary resource around bytes that came without one. */
export function writeBinary(context: ServiceContext, call: Call, request: BinaryWriteRequest): Promise<WriteResult> {
  const { id, contentType, bytes, securityContext, ifMatch, ifNoneMatch, ifNoneExist } = request
  const type = 'Binary'
  const resource: ResourceContent = {
    resourceType: type,
    ...(id !== undefined && { id }),
    contentType,
    ...(securityContext !== undefined && { securityContext: { reference: securityContext } }),
  }
  const content = rawBinary(resource, bytes)
  if (id === undefined)
    return create(context, call, { type, content, ...(ifNoneExist !== undefined && { ifNoneExist }) })
  return update(context, call, { type, id, content, ...(ifMatch && { ifMatch }), ...(ifNoneMatch && { ifNoneMatch }) })
}
