import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tenantOf } from '#service/index.ts'
import { createHmacSigner } from './hmac-signer.ts'
import { signingKeyOf } from './signing-key.ts'

const [one, two] = [tenantOf('one'), tenantOf('two')]

test('verifies what it signed, for that text, that tenant and that key alone', () => {
  const signer = createHmacSigner(new Uint8Array(32))
  const signature = signer.sign(one, 'page 2')
  expect(signature).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(signer.verify(one, 'page 2', signature)).toBe(true)
  expect(signer.verify(two, 'page 2', signature)).toBe(false)
  expect(signer.verify(one, 'page 3', signature)).toBe(false)
  expect(signer.verify(one, 'page 2', signature.slice(1))).toBe(false)
  expect(signer.verify(one, 'page 2', '')).toBe(false)
  expect(createHmacSigner(new Uint8Array(32).fill(1)).verify(one, 'page 2', signature)).toBe(false)
})

test('a folder keeps its key, for its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-key-'))
  try {
    const key = signingKeyOf(join(folder, 'deep'))
    const file = join(folder, 'deep', 'signing.key')
    expect(key.length).toBe(32)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(signingKeyOf(join(folder, 'deep'))).toEqual(key)
    truncateSync(file, 3)
    expect(() => signingKeyOf(join(folder, 'deep'))).toThrow('must hold 32 bytes')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
