import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertSame, decodeBody, encodeBody, sha256Of } from './stored-body.ts'

test('what is encoded comes back, whatever its length', () => {
  const body = fc.oneof(fc.json(), fc.string({ unit: 'grapheme', minLength: 500, maxLength: 3000 }))
  fc.assert(
    fc.property(body, text => {
      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(decodeBody(encodeBody(text)))).toBe(text)
    }),
  )
})

test('short bodies stay as they are, long ones shrink, and what would grow is left', () => {
  expect(encodeBody('{"resourceType":"Patient"}').encoding).toBe('plain')
  const long = encodeBody(JSON.stringify({ resourceType: 'Patient', note: 'again '.repeat(200) }))
  expect([long.encoding, long.bytes.length < 100]).toEqual(['deflate', true])
})

test('other bytes than those that were stored are no body', () => {
  const bytes = new Uint8Array([1, 2, 3])
  assertSame(bytes, sha256Of(bytes))
  expect(() => assertSame(new Uint8Array([1, 2, 4]), sha256Of(bytes))).toThrow(
    'The stored content of a resource is damaged.',
  )
})
