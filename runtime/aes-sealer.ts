import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Sealer } from '#service/ports/sealer.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

/**
 * nonce, ciphertext, tag. The nonce is taken from tenant and text by a key of its own: it repeats only where both do,
 * which AES-GCM needs, and tells no more than that they do.
 * @param key 32 bytes
 */
export function createAesSealer(key: Uint8Array): Sealer {
  const cipherKey = derive(key, 'cipher')
  const nonceKey = derive(key, 'nonce')
  return Object.freeze<Sealer>({
    seal(tenant, text) {
      // A tenant has no line break in it, so no two pairs of tenant and text give the same bytes.
      const nonce = createHmac('sha256', nonceKey).update(`${tenant}\n${text}`).digest().subarray(0, NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, cipherKey, nonce).setAAD(Buffer.from(tenant))
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      )
    },
    open(tenant, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      // Texts that decode to the same bytes are still not what was given out.
      if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== sealed) return undefined
      const end = bytes.length - TAG_BYTES
      const decipher = createDecipheriv(CIPHER, cipherKey, bytes.subarray(0, NONCE_BYTES))
      decipher.setAAD(Buffer.from(tenant)).setAuthTag(bytes.subarray(end))
      try {
        return decipher.update(bytes.subarray(NONCE_BYTES, end), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        // The tag does not fit: forged, another tenant's, or of another key.
        return undefined
      }
    },
  })
}

/** Bytes would be made a key object with each use, which takes four times as long as the sealing itself. */
const derive = (key: Uint8Array, purpose: string): KeyObject =>
  createSecretKey(new Uint8Array(hkdfSync('sha256', key, '', `fhir-gateway ${purpose}`, 32)))
