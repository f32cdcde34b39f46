/** Binaries as the bytes they are: R4 binary.html#rest. As resources they are read and written like any other. */
import {
  type BinaryResult,
  type BinaryRules,
  fault,
  type Interaction,
  isInert,
  parseInteraction,
} from '#service/index.ts'
import { accepts, FHIR_ANSWER } from './content.ts'
import type { Exchange } from './exchange.ts'
import { outcomeResponse } from './fault-to-response.ts'
import type { HttpRequest, HttpResponse } from './http-message.ts'
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
  headers['content-type'] !== undefined &&
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
  if (accept && !accepts(accept, result.contentType))
    throw fault('not-acceptable', `The content is ${result.contentType}, which Accept does not name`)
  return bytesResponse(exchange, result)
}

type Found = Extract<BinaryResult, { readonly kind: 'found' }>

/** A version, or what is at a URL and tells of none. */
type Bytes = Omit<Found, 'kind' | 'version'> & Partial<Pick<Found, 'version'>>

export async function bytesResponse(
  { request, rendering }: Pick<Exchange, 'request' | 'rendering'>,
  found: Bytes,
): Promise<HttpResponse> {
  const { version, contentType, bytes, url, sha256, get } = found
  const tags = version ? versionHeaders(version) : {}
  const headers = {
    ...tags,
    'Content-Type': contentType,
    'Cache-Control': 'private, no-cache',
    'Accept-Ranges': 'bytes',
    ...(sha256 !== undefined && { 'Repr-Digest': `sha-256=:${sha256}:` }),
    // What somebody has uploaded must not run as a page of this server.
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    ...(!isInert(contentType) && { 'Content-Disposition': 'attachment' }),
  }
  if (url !== undefined) return emptyResponse(307, { ...tags, Location: url })
  const range = rangeOf(request, bytes)
  if (range === 'none') {
    const diagnostics = `The range is not within the content, which has ${bytes} bytes`
    return outcomeResponse(rendering, 416, { 'Content-Range': `bytes */${bytes}` }, [
      { severity: 'error', code: 'value', diagnostics },
    ])
  }
  const content = async () => (request.method === 'HEAD' ? NOTHING : get(range))
  if (!range) return { status: 200, headers, ...contentOf(await content(), bytes) }
  const { first, last } = range
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${first}-${last}/${bytes}` },
    ...contentOf(await content(), last - first + 1),
  }
}

/** What HEAD needs of the content. */
const NOTHING: AsyncIterable<Uint8Array> = (async function* () {})()

const contentOf = (
  content: readonly Uint8Array[] | AsyncIterable<Uint8Array>,
  bytes: number,
): Pick<HttpResponse, 'body' | 'stream'> =>
  Symbol.asyncIterator in content ? { body: undefined, stream: { bytes, content } } : { body: content }

/**
 * RFC 9110, 14.2. undefined: all of it, as with several ranges, a unit that is not bytes, or If-Range, which our weak
 * tags never satisfy. none: outside of the content.
 */
function rangeOf({ headers }: HttpRequest, bytes: number): { first: number; last: number } | 'none' | undefined {
  const [, start = '', end = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.range ?? '') ?? []
  if ((start === '' && end === '') || headers['if-range'] !== undefined) return undefined
  const last = end === '' || start === '' ? bytes - 1 : Math.min(Number(end), bytes - 1)
  if (start !== '' && end !== '' && Number(end) < Number(start)) return undefined
  const first = start === '' ? Math.max(bytes - Number(end), 0) : Number(start)
  return first > last || (start === '' && Number(end) === 0) ? 'none' : { first, last }
}

export async function takeBytes(exchange: Exchange, interaction: BinaryWrite): Promise<HttpResponse> {
  const { service, request } = exchange
  const { headers, stream, body = new Uint8Array() } = request
  const securityContext = headers['x-security-context']
  const shared = {
    contentType: String(headers['content-type']),
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
