import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tenantOf } from '#service/index.ts'
import { createAesSealer } from './aes-sealer.ts'
import { sealingKeyOf } from './sealing-key.ts'

const [one, two] = [tenantOf('one'), tenantOf('two')]

test('opens what it sealed, for that tenant and that key alone', () => {
  const sealer = createAesSealer(new Uint8Array(32))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const sealed = sealer.seal(one, text)
      expect(sealed).toMatch(/^[\w-]{38,}$/)
      expect(sealer.open(one, sealed)).toBe(text)
      expect(sealer.open(two, sealed)).toBe(undefined)
      expect(createAesSealer(new Uint8Array(32).fill(1)).open(one, sealed)).toBe(undefined)
    }),
  )
})

test('the same text has the same seal, and says nothing of the text', () => {
  const sealer = createAesSealer(new Uint8Array(32))
  const sealed = sealer.seal(one, 'Shaw')
  expect(sealer.seal(one, 'Shaw')).toBe(sealed)
  expect(sealer.seal(two, 'Shaw')).not.toBe(sealed)
  expect(Buffer.from(sealed, 'base64url').includes('Shaw')).toBe(false)
})

test('any other text is not opened', () => {
  const sealer = createAesSealer(new Uint8Array(32))
  const sealed = sealer.seal(one, 'page 2')
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'b', '_', '.', '=', ''), (index, replacement) => {
      const changed = sealed.slice(0, index) + replacement + sealed.slice(index + 1)
      fc.pre(changed !== sealed)
      expect(sealer.open(one, changed)).toBe(undefined)
    }),
  )
  fc.assert(
    fc.property(fc.string(), text => {
      expect(sealer.open(one, text)).toBe(undefined)
    }),
  )
})

test('a folder keeps its key, for its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-key-'))
  try {
    const key = sealingKeyOf(join(folder, 'deep'))
    const file = join(folder, 'deep', 'sealing.key')
    expect(key.length).toBe(32)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(sealingKeyOf(join(folder, 'deep'))).toEqual(key)
    truncateSync(file, 3)
    expect(() => sealingKeyOf(join(folder, 'deep'))).toThrow('must hold 32 bytes')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
