import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Signer } from '#service/ports/signer.ts'

/** 16 bytes can't be guessed and keep page links short. */
const SIGNATURE_BYTES = 16

export function createHmacSigner(key: Uint8Array): Signer {
  // A tenant has no line break in it, so no two pairs of tenant and text are signed as the same bytes.
  const signature = (tenant: string, text: string): Buffer =>
    createHmac('sha256', key).update(`${tenant}\n${text}`).digest().subarray(0, SIGNATURE_BYTES)
  return Object.freeze<Signer>({
    sign: (tenant, text) => signature(tenant, text).toString('base64url'),
    verify(tenant, text, given) {
      const bytes = Buffer.from(given, 'base64url')
      return bytes.length === SIGNATURE_BYTES && timingSafeEqual(bytes, signature(tenant, text))
    },
  })
}
