import { assertPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { BinaryWriteRequest, WriteResult } from '../fhir-service.ts'
import { create } from '../interactions/create.ts'
import { assertKnownType } from '../interactions/known-type.ts'
import { assertUpdatable, update } from '../interactions/update.ts'
import type { ResourceContent } from '../resource/content.ts'
import { assertValid } from '../resource/validate.ts'
import { binaryObjectOf } from './binary-object.ts'
import { sha256Of } from './byte-stream.ts'
import { isRefusal, keepRawBytes } from './keep-bytes.ts'

const TYPE = 'Binary'

/**
 * R4 binary.html#rest: a Binary resource around bytes that came without one. They are kept before the resource is
 * written; whatever can be refused without them is refused before they are read.
 */
export async function writeBinary(
  context: ServiceContext,
  call: Call,
  request: BinaryWriteRequest,
): Promise<WriteResult> {
  const { id = context.ports.ids.resourceId(), bytes, sha256 } = request
  const resource = resourceAround(context, call, request)
  const kept = await keepRawBytes(context, call, { id, content: resource }, bytes)
  const written = async () => {
    if (sha256 !== undefined) assertArrived(kept.content, sha256)
    return write(context, call, request, { ...kept.content, id })
  }
  const result = await written().catch(async (error: unknown) => {
    if (isRefusal(error)) await kept.undo()
    throw error
  })
  if (result.kind === 'unchanged') await kept.undo()
  return result
}

/** The resource but for its bytes. @throws Fault what it is refused for, whatever they are. */
function resourceAround(context: ServiceContext, call: Call, request: BinaryWriteRequest): ResourceContent {
  const { id, contentType, securityContext } = request
  const definitions = context.definitions.for(call.tenant)
  assertKnownType(definitions, TYPE)
  assertPermitted(context.policy, call, id === undefined ? 'create' : 'update', TYPE)
  const resource: ResourceContent = {
    resourceType: TYPE,
    ...(id !== undefined && { id }),
    contentType,
    ...(securityContext !== undefined && { securityContext: { reference: securityContext } }),
  }
  return id === undefined
    ? assertValid(definitions, resource, { type: TYPE })
    : assertUpdatable(definitions, { type: TYPE, id }, resource)
}

function write(
  context: ServiceContext,
  call: Call,
  { id, ifMatch, ifNoneMatch, ifNoneExist }: BinaryWriteRequest,
  content: ResourceContent & { readonly id: string },
): Promise<WriteResult> {
  const type = TYPE
  if (id === undefined) {
    const condition = ifNoneExist !== undefined && { ifNoneExist }
    return create(context, call, { type, content, ...condition }, content.id)
  }
  return update(context, call, { type, id, content, ...(ifMatch && { ifMatch }), ...(ifNoneMatch && { ifNoneMatch }) })
}

/** RFC 9530: the sender has said which bytes they are to be. */
function assertArrived(content: ResourceContent, expected: string): void {
  const { data } = content
  const inline = () => sha256Of(Buffer.from(typeof data === 'string' ? data : '', 'base64'))
  if ((binaryObjectOf(content)?.sha256 ?? inline()) === expected) return
  throw fault('invalid', 'The bytes that have arrived are not those that the digest is of', { code: 'value' })
}
