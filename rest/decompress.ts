import { promisify } from 'node:util'
import { brotliDecompress, gunzip } from 'node:zlib'
import { fault } from '#service/index.ts'

const DECODERS = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['br', promisify(brotliDecompress)],
])

/**
 * The body as it was before Content-Encoding.
 * @throws Fault unsupported-media-type for an unknown coding (RFC 9110, 15.5.16), invalid where the bytes are not of
 * that coding, too-large as soon as more than `bytesMax` have come out: a small body may unpack to anything.
 */
export async function decompressBody(
  body: Uint8Array,
  contentEncoding: string | undefined,
  bytesMax: number,
): Promise<Uint8Array> {
  if (body.byteLength > bytesMax) throw bodyTooLarge(bytesMax)
  const coding = contentEncoding?.trim().toLowerCase() || 'identity'
  if (coding === 'identity') return body
  const decode = DECODERS.get(coding)
  if (!decode) {
    const named = JSON.stringify(contentEncoding)
    throw fault('unsupported-media-type', `Content-Encoding ${named} is not taken: send gzip, br or none.`)
  }
  try {
    return await decode(body, { maxOutputLength: bytesMax })
  } catch (cause) {
    if (cause instanceof RangeError) throw bodyTooLarge(bytesMax)
    throw fault('invalid', `The body is not ${coding}, as its Content-Encoding says.`, { code: 'structure', cause })
  }
}

export const bodyTooLarge = (bytesMax: number) =>
  fault('too-large', `The body is larger than ${bytesMax} bytes, the most that this server takes.`)
