/** Binaries as the bytes they are: R4 binary.html#rest. As resources they are read and written like any other. */
import { type BinaryRules, fault, type Interaction, parseInteraction } from '#service/index.ts'
import { bytesResponse } from './bytes-response.ts'
import { accepts, FHIR_ANSWER, negotiateAnswer } from './content.ts'
import type { Exchange } from './exchange.ts'
import type { HttpRequest, HttpResponse } from './http-message.ts'
import { answerInteraction } from './interactions.ts'
import { isObjectPath } from './objects.ts'
import { createOnlyOf, ifMatchOf, readConditionsOf } from './request.ts'
import { emptyResponse, versionHeaders } from './response.ts'
import { writeResponse } from './writes.ts'

const FHIR_TYPE = /^application\/fhir\+/i
const PLAIN_JSON = /^application\/json\s*(?:;|$)/i

type BinaryRead = Extract<Interaction, { readonly kind: 'read' | 'vread' }>
type BinaryWrite = Extract<Interaction, { readonly kind: 'create' | 'update' }>

/**
 * Bytes are asked for unless a format of FHIR is; by clients of FHIR Works on AWS, which know the resource alone, where
 * they take no form of it.
 */
export const readsBytes = (
  { urls }: BinaryRules,
  interaction: Interaction,
  { headers: { accept } }: HttpRequest,
  format: string | undefined,
): boolean =>
  (interaction.kind === 'read' || interaction.kind === 'vread') &&
  interaction.type === 'Binary' &&
  !format &&
  (urls === 'members'
    ? !!accept && FHIR_ANSWER.acceptable(accept) === ''
    : !accept?.toLowerCase().includes('application/fhir+'))

/** Whatever is of no type of FHIR is content, JSON and XML of other kinds as well. */
export const writesBytes = (
  { urls }: BinaryRules,
  interaction: Interaction,
  { headers }: Pick<HttpRequest, 'headers'>,
): boolean =>
  (interaction.kind === 'create' || interaction.kind === 'update') &&
  interaction.type === 'Binary' &&
  !!headers['content-type'] &&
  !FHIR_TYPE.test(headers['content-type']) &&
  !(urls === 'members' && PLAIN_JSON.test(headers['content-type']))

export async function answerBytes(exchange: Exchange, interaction: BinaryRead): Promise<HttpResponse> {
  const { service, request } = exchange
  const result = await service.readBinary(request.call, {
    id: interaction.id,
    ...(interaction.kind === 'vread' && { versionId: interaction.versionId }),
    ...readConditionsOf(request),
  })
  if (result.kind === 'not-modified') return emptyResponse(304, versionHeaders(result.version))
  const { accept } = request.headers
  if (!accept || accepts(accept, result.contentType)) return bytesResponse(exchange, result)
  // Plain JSON and XML are names of the resource, too, where they are none of the content.
  if (FHIR_ANSWER.acceptable(accept) === '')
    throw fault('not-acceptable', `The content is ${result.contentType}, which Accept does not name`)
  const rendering = { ...exchange.rendering, contentType: negotiateAnswer(FHIR_ANSWER, accept, undefined) }
  return answerInteraction({ ...exchange, rendering }, interaction)
}

export async function takeBytes(exchange: Exchange, interaction: BinaryWrite): Promise<HttpResponse> {
  const { service, request } = exchange
  const { headers, stream, body = new Uint8Array() } = request
  const securityContext = headers['x-security-context']
  const contentType = String(headers['content-type'])
  if (!MEDIA_TYPE.test(contentType)) {
    const diagnostics = `Content-Type ${JSON.stringify(contentType)} is no media type, such as image/png.`
    throw fault('unsupported-media-type', diagnostics)
  }
  const shared = {
    contentType,
    bytes: stream ?? body,
    ...digestOf(headers),
    ...(securityContext !== undefined && { securityContext }),
  }
  if (interaction.kind === 'create') {
    const ifNoneExist = headers['if-none-exist']?.replace(/^\?/, '')
    const given = { ...shared, ...(ifNoneExist !== undefined && { ifNoneExist }) }
    return writeResponse(exchange, await service.writeBinary(request.call, given))
  }
  const ifMatch = ifMatchOf(request)
  const ifNoneMatch = createOnlyOf(request)
  const given = { ...shared, id: interaction.id, ...(ifMatch && { ifMatch }), ...(ifNoneMatch && { ifNoneMatch }) }
  return writeResponse(exchange, await service.writeBinary(request.call, given))
}

/** RFC 9110, 8.3.1; what its parameters are is its reader's matter. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/

const DIGEST = /(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/]{43}=):/

/** RFC 9530: what the sender says of the bytes as they are without a coding. */
function digestOf(headers: HttpRequest['headers']): { readonly sha256?: string } {
  const [, sha256] = DIGEST.exec(headers['repr-digest'] ?? '') ?? []
  return sha256 === undefined ? {} : { sha256 }
}

/** Whether the body of a request is content, to be taken as it comes. Compressed ones are not. */
export function takesStream(
  rules: BinaryRules,
  { method, url, headers }: Pick<HttpRequest, 'method' | 'url' | 'headers'>,
): boolean {
  if (headers['content-encoding'] !== undefined || !(method === 'POST' || method === 'PUT')) return false
  const [path = ''] = url.split('?')
  if (isObjectPath(path)) return true
  if (!path.startsWith('/Binary')) return false
  try {
    const interaction = parseInteraction(method, path, [])
    return (
      (interaction.kind === 'create' || interaction.kind === 'update') && writesBytes(rules, interaction, { headers })
    )
  } catch {
    // Its refusal is for the door to say.
    return false
  }
}
