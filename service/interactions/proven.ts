/** Writes of one resource that come with a Provenance: the same requests, as entries of a transaction. */
import { type ProvenEntry, writeResultOf, writeWithProvenance } from '../bundle/with-provenance.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type {
  ConditionalPatchRequest,
  ConditionalUpdateRequest,
  CreateRequest,
  DeleteRequest,
  DeleteResult,
  Patch,
  PatchRequest,
  UpdateRequest,
  WriteResult,
} from '../fhir-service.ts'
import { parseQueryString } from '../query-string.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { stringifyJson } from '../resource/json.ts'

/** The requests that may come with one. */
export type Proven<Request> = Request & { readonly provenance: JsonValue }

const write = async (context: ServiceContext, call: Call, entry: ProvenEntry, provenance: JsonValue) =>
  writeResultOf(await writeWithProvenance(context, call, entry, provenance))

const matching = ({ ifMatch }: Pick<UpdateRequest, 'ifMatch'>) => (ifMatch === undefined ? {} : { ifMatch })

export const createProven = (
  context: ServiceContext,
  call: Call,
  { type, content, ifNoneExist, provenance }: Proven<CreateRequest>,
): Promise<WriteResult> => {
  const condition = ifNoneExist === undefined ? {} : { ifNoneExist }
  const entry: ProvenEntry = { method: 'POST', interaction: { kind: 'create', type }, resource: content, ...condition }
  return write(context, call, entry, provenance)
}

export const updateProven = (
  context: ServiceContext,
  call: Call,
  request: Proven<UpdateRequest>,
): Promise<WriteResult> => {
  const { type, id, content, provenance } = request
  const interaction = { kind: 'update', type, id } as const
  return write(context, call, { method: 'PUT', interaction, resource: content, ...matching(request) }, provenance)
}

export const conditionalUpdateProven = (
  context: ServiceContext,
  call: Call,
  request: Proven<ConditionalUpdateRequest>,
): Promise<WriteResult> => {
  const { type, condition, content, provenance } = request
  const interaction = { kind: 'conditional-update', type, parameters: parseQueryString(condition) } as const
  return write(context, call, { method: 'PUT', interaction, resource: content, ...matching(request) }, provenance)
}

export const patchProven = (
  context: ServiceContext,
  call: Call,
  request: Proven<PatchRequest>,
): Promise<WriteResult> => {
  const { type, id, patch, provenance } = request
  const interaction = { kind: 'patch', type, id } as const
  return write(
    context,
    call,
    { method: 'PATCH', interaction, resource: asResource(patch), ...matching(request) },
    provenance,
  )
}

export const conditionalPatchProven = (
  context: ServiceContext,
  call: Call,
  request: Proven<ConditionalPatchRequest>,
): Promise<WriteResult> => {
  const { type, condition, patch, provenance } = request
  const interaction = { kind: 'conditional-patch', type, parameters: parseQueryString(condition) } as const
  return write(
    context,
    call,
    { method: 'PATCH', interaction, resource: asResource(patch), ...matching(request) },
    provenance,
  )
}

export const deleteProven = async (
  context: ServiceContext,
  call: Call,
  request: Proven<DeleteRequest>,
): Promise<DeleteResult> => {
  const { type, id, provenance } = request
  const entry: ProvenEntry = { method: 'DELETE', interaction: { kind: 'delete', type, id }, ...matching(request) }
  const { version } = await writeWithProvenance(context, call, entry, provenance)
  return { version }
}

/** As an entry of a Bundle holds it. */
function asResource(patch: Patch): JsonValue {
  switch (patch.format) {
    case 'fhirpath-patch':
      return patch.parameters
    case 'json-patch':
      return binary('application/json-patch+json', stringifyJson(patch.operations))
    case 'merge-patch':
      return binary('application/merge-patch+json', stringifyJson(patch.document))
    case 'xml-patch':
      return binary('application/xml-patch+xml', patch.document)
  }
}

const binary = (contentType: string, text: string): JsonObject => ({
  resourceType: 'Binary',
  contentType,
  data: Buffer.from(text).toString('base64'),
})
