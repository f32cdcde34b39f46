/** Interactions that write: R4 http.html#create, #update, #patch, #delete and their conditional forms. */
import {
  bytesOfJson,
  type DeleteResult,
  Fault,
  fault,
  formatQueryString,
  type Patch,
  parseJson,
  type WriteResult,
} from '#service/index.ts'
import { bodyText, jsonBody } from './body.ts'
import { assertContentType, PATCH_BODY, type PatchType } from './content.ts'
import type { Exchange, Of } from './exchange.ts'
import { outcomeResponse } from './fault-to-response.ts'
import type { HttpRequest, HttpResponse } from './http-message.ts'
import { createOnlyOf, ifMatchOf, onceOf, preferenceOf } from './request.ts'
import { emptyResponse, type Headers, jsonResponse, shown, versionHeaders, versionUrl } from './response.ts'

export async function answerCreate(exchange: Exchange, { type }: Of<'create'>) {
  const { service, request } = exchange
  const content = jsonBody(request)
  const condition = request.headers['if-none-exist']
  const ifNoneExist = condition?.startsWith('?') ? condition.slice(1) : condition
  const result = await service.create(request.call, {
    type,
    content,
    ...(ifNoneExist !== undefined && { ifNoneExist }),
    ...onceOf(request),
    ...provenanceOf(request),
  })
  return writeResponse(exchange, result)
}

export async function answerUpdate(exchange: Exchange, { type, id }: Of<'update'>) {
  const { service, request } = exchange
  const ifMatch = ifMatchOf(request)
  const ifNoneMatch = createOnlyOf(request)
  const content = jsonBody(request)
  const result = await service.update(request.call, {
    type,
    id,
    content,
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
    ...provenanceOf(request),
  })
  return writeResponse(exchange, result)
}

const WRITTEN: Readonly<Record<WriteResult['kind'], { readonly status: number; readonly text: string }>> = {
  created: { status: 201, text: 'was created' },
  updated: { status: 200, text: 'was updated' },
  unchanged: { status: 200, text: 'is as it was asked for already: nothing was changed' },
}

export function writeResponse({ service, request, rendering }: Exchange, { kind, version }: WriteResult): HttpResponse {
  const { status, text } = WRITTEN[kind]
  const headers = versionHeaders(version)
  const url = versionUrl(request.call.baseUrl, version)
  // R4 http.html#create, #upsert, #ccreate: Location names what a POST or PUT made or found.
  if (kind !== 'updated') headers.Location = url
  const { return: wanted } = preferenceOf(request)
  if (wanted === 'minimal') return emptyResponse(status, headers)
  if (wanted === 'OperationOutcome') {
    const diagnostics = `${version.type}/${version.id}/_history/${version.versionId} ${text}`
    return outcomeResponse(rendering, status, headers, [
      { severity: 'information', code: 'informational', diagnostics },
    ])
  }
  // RFC 9110, 8.7: of which version the body is, since the address of the request names the resource or the type.
  headers['Content-Location'] = url
  return jsonResponse(rendering, status, headers, bytesOfJson(shown(service, rendering, version).body))
}

export async function answerDelete({ service, request, rendering }: Exchange, { type, id }: Of<'delete'>) {
  const result = await service.delete(request.call, { type, id, ...matching(request) })
  const headers: Headers = result.version ? versionHeaders(result.version) : {}
  // R4 http.html#delete: 200 with an OperationOutcome, or 204.
  if (preferenceOf(request).return !== 'OperationOutcome') return emptyResponse(204, headers)
  const diagnostics = deletionText(type, id, result)
  return outcomeResponse(rendering, 200, headers, [{ severity: 'information', code: 'informational', diagnostics }])
}

const deletionText = (type: string, id: string, { version }: DeleteResult): string =>
  version ? `${type}/${id} was deleted` : `There was no ${type}/${id} to delete`

/** R4 provenance.html#header */
function provenanceOf({ headers }: HttpRequest) {
  const text = headers['x-provenance']
  if (text === undefined) return {}
  if (headers['idempotency-key'] !== undefined || headers['if-none-match'] !== undefined) {
    throw fault('invalid', 'X-Provenance goes with neither Idempotency-Key nor If-None-Match')
  }
  return { provenance: provenanceIn(text) }
}

function provenanceIn(text: string) {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!Fault.is(cause)) throw cause
    throw fault('invalid', 'X-Provenance is a Provenance resource as JSON', { expression: ['X-Provenance'], cause })
  }
}

/**
 * If-Match and X-Provenance in the form that requests of the service have them.
 * @throws Fault invalid for If-None-Match: what is passed over is what its sender counts on.
 */
function matching(request: HttpRequest) {
  if (request.headers['if-none-match'] !== undefined) {
    const diagnostics =
      'If-None-Match has no meaning for what changes a resource: If-Match says which version it is to be'
    throw fault('invalid', diagnostics, { code: 'value' })
  }
  const ifMatch = ifMatchOf(request)
  return { ...(ifMatch !== undefined && { ifMatch }), ...provenanceOf(request) }
}

export async function answerPatch(exchange: Exchange, { type, id }: Of<'patch'>) {
  const { service, request } = exchange
  const result = await service.patch(request.call, { type, id, patch: patchOf(request), ...matching(request) })
  return writeResponse(exchange, result)
}

export async function answerConditionalPatch(exchange: Exchange, { type, parameters }: Of<'conditional-patch'>) {
  const { service, request } = exchange
  const condition = formatQueryString(parameters)
  const conditional = { type, condition, patch: patchOf(request), ...matching(request) }
  const result = await service.conditionalPatch(request.call, conditional)
  return writeResponse(exchange, result)
}

export async function answerConditionalUpdate(exchange: Exchange, { type, parameters }: Of<'conditional-update'>) {
  const { service, request } = exchange
  if (request.headers['if-none-match'] !== undefined) {
    throw fault(
      'invalid',
      'If-None-Match has no meaning for a conditional update: the condition says what may be there',
    )
  }
  const condition = formatQueryString(parameters)
  const content = jsonBody(request)
  const result = await service.conditionalUpdate(request.call, { type, condition, content, ...matching(request) })
  return writeResponse(exchange, result)
}

export async function answerConditionalDelete(exchange: Exchange, { type, parameters }: Of<'conditional-delete'>) {
  const { service, request, rendering } = exchange
  const condition = formatQueryString(parameters)
  if (request.headers['x-provenance'] !== undefined) {
    throw fault('invalid', 'X-Provenance goes with the delete of a resource by its id')
  }
  const { versions } = await service.conditionalDelete(request.call, { type, condition, ...matching(request) })
  const [only, ...more] = versions
  const headers: Headers = only && more.length === 0 ? versionHeaders(only) : {}
  if (preferenceOf(request).return !== 'OperationOutcome') return emptyResponse(204, headers)
  const diagnostics = versions.length === 1 ? '1 resource was deleted' : `${versions.length} resources were deleted`
  return outcomeResponse(rendering, 200, headers, [{ severity: 'information', code: 'informational', diagnostics }])
}

const PATCHES: Readonly<Record<PatchType, (request: HttpRequest) => Patch>> = {
  'application/json-patch+json': request => ({
    format: 'json-patch',
    operations: parseJson(bodyText(request, 'the patch')),
  }),
  'application/merge-patch+json': request => ({
    format: 'merge-patch',
    document: parseJson(bodyText(request, 'the patch')),
  }),
  'application/xml-patch+xml': request => ({ format: 'xml-patch', document: bodyText(request, 'the patch') }),
}

/** R4 http.html#patch: the media type says which kind of patch the body is; a resource is one of FHIRPath. */
function patchOf(request: HttpRequest): Patch {
  const type = assertContentType(request.headers['content-type'], PATCH_BODY)
  const read = Object.hasOwn(PATCHES, type) ? PATCHES[type as PatchType] : undefined
  return read ? read(request) : { format: 'fhirpath-patch', parameters: jsonBody(request) }
}
