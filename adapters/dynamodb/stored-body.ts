import { hash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { fault } from '#service/fault.ts'

/**
 * Raw deflate at its default level: of what Node offers it makes the smallest items for its time with bodies of 1 to 32
 * KB (2.1 KB to 1.0 KB in 60 µs, and back in 10 µs; brotli gains another 3 % for a quarter more time).
 */
export type Encoding = 'plain' | 'deflate'

export interface StoredBody {
  readonly encoding: Encoding
  readonly bytes: Uint8Array
}

const encoder = new TextEncoder()

/** Below this many bytes the item fits into one write unit of 1 KB as it is. */
const DEFLATE_BYTES_MIN = 512

export function encodeBody(text: string): StoredBody {
  const plain = encoder.encode(text)
  if (plain.length < DEFLATE_BYTES_MIN) return { encoding: 'plain', bytes: plain }
  const deflated = deflateRawSync(plain)
  return deflated.length < plain.length ? { encoding: 'deflate', bytes: deflated } : { encoding: 'plain', bytes: plain }
}

export const decodeBody = ({ encoding, bytes }: StoredBody): Uint8Array =>
  encoding === 'deflate' ? inflateRawSync(bytes) : bytes

export const sha256Of = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64url')

/** @throws Fault unavailable where the bytes are not those that were stored. */
export function assertSame(bytes: Uint8Array, sha256: string): void {
  if (sha256Of(bytes) === sha256) return
  throw fault('unavailable', 'The stored content of a resource is damaged.', {
    internal: `An overflowed body has not the sha256 that its item names, ${sha256}`,
  })
}
