/** Content as the bytes it is, or a range of it: RFC 9110, 14. */
import { type BinaryResult, isInert } from '#service/index.ts'
import type { Exchange } from './exchange.ts'
import { outcomeResponse } from './fault-to-response.ts'
import type { HttpRequest, HttpResponse } from './http-message.ts'
import { emptyResponse, versionHeaders } from './response.ts'

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
 * RFC 9110, 14.2. undefined: all of it, as with several ranges, a unit that is not bytes, HEAD, or If-Range, which our
 * weak tags never satisfy. none: outside of the content.
 */
function rangeOf(
  { method, headers }: HttpRequest,
  bytes: number,
): { first: number; last: number } | 'none' | undefined {
  if (method === 'HEAD') return undefined
  const [, start = '', end = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.range ?? '') ?? []
  if ((start === '' && end === '') || headers['if-range'] !== undefined) return undefined
  const last = end === '' || start === '' ? bytes - 1 : Math.min(Number(end), bytes - 1)
  if (start !== '' && end !== '' && Number(end) < Number(start)) return undefined
  const first = start === '' ? Math.max(bytes - Number(end), 0) : Number(start)
  return first > last || (start === '' && Number(end) === 0) ? 'none' : { first, last }
}
