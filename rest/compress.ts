/** Answers leave compressed where the client takes that: FHIR JSON shrinks to a tenth. */
import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib'
import Negotiator from 'negotiator'
import { bodyBytes, type HttpResponse, wholeBody } from './http-message.ts'
import { memoize } from './memoize.ts'

/** Below this the headers cost more than compression saves. */
const COMPRESS_BYTES_MIN = 1024

/** Up to here compressing takes less time than handing the work to another thread and waiting for it. */
const COMPRESS_SYNC_BYTES_MAX = 16 * 1024

/** On FHIR JSON the lowest quality is four times as fast as gzip and compresses as well. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

interface Compressor {
  readonly now: (bytes: Uint8Array) => Uint8Array
  readonly later: (bytes: Uint8Array) => Promise<Uint8Array>
}

const brotliLater = promisify(brotliCompress)
const gzipLater = promisify(gzip)

const COMPRESSORS = {
  br: { now: bytes => brotliCompressSync(bytes, BROTLI), later: bytes => brotliLater(bytes, BROTLI) },
  gzip: { now: bytes => gzipSync(bytes), later: bytes => gzipLater(bytes) },
} as const satisfies Record<string, Compressor>

type Coding = keyof typeof COMPRESSORS

/** Negotiator's own preference among codings that the client likes equally; its published types lag behind. */
interface EncodingNegotiator {
  encoding(available: readonly string[], options: { readonly preferred: readonly string[] }): string | undefined
}

const PREFERRED = ['br', 'gzip']

const codingOf = memoize((acceptEncoding: string): Coding | 'identity' => {
  const negotiator: EncodingNegotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } })
  const coding = negotiator.encoding([...PREFERRED, 'identity'], { preferred: PREFERRED })
  return coding === 'br' || coding === 'gzip' ? coding : 'identity'
})

export async function compressResponse(
  acceptEncoding: string | undefined,
  response: HttpResponse,
): Promise<HttpResponse> {
  const { body } = response
  // Ranges are of bytes as they are: what offers them is sent so.
  if (!acceptEncoding || !body || response.headers['Accept-Ranges']) return response
  const bytes = bodyBytes(body)
  if (bytes < COMPRESS_BYTES_MIN) return response
  const coding = codingOf(acceptEncoding)
  if (coding === 'identity') return response
  const whole = wholeBody(body)
  const compressor = COMPRESSORS[coding]
  const compressed = bytes <= COMPRESS_SYNC_BYTES_MAX ? compressor.now(whole) : await compressor.later(whole)
  return { ...response, headers: { ...response.headers, 'Content-Encoding': coding }, body: compressed }
}
