import { createCipheriv, createDecipheriv, createSecretKey, hash, hkdfSync } from 'node:crypto'
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
  // Bytes would be made a key object with each use, which takes four times as long as the sealing itself.
  const cipherKey = createSecretKey(derive(key, 'cipher'))
  const nonceKey = derive(key, 'nonce').toString('hex')
  return Object.freeze<Sealer>({
    seal(tenant, text) {
      // A tenant has no line break in it, so no two pairs of tenant and text give the same bytes. The key has one
      // length, and the hash is not given out whole, so that there is nothing to be continued: no HMAC is needed.
      const nonce = hash('sha256', `${nonceKey}${tenant}\n${text}`, 'buffer').subarray(0, NONCE_BYTES)
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

const derive = (key: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `fhir-gateway ${purpose}`, 32))
