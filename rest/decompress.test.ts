import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompressBody } from './decompress.ts'

const BYTES = new TextEncoder().encode('{"resourceType":"Patient"}')

test.each([
  [undefined, BYTES],
  ['identity', BYTES],
  ['gzip', gzipSync(BYTES)],
  ['GZIP ', gzipSync(BYTES)],
  ['br', brotliCompressSync(BYTES)],
])('Content-Encoding %s', async (coding, body) => {
  expect(Buffer.from(await decompressBody(body, coding, 100)).toString()).toBe('{"resourceType":"Patient"}')
})

const refusal = (category: string, code: string, diagnostics: string) =>
  expect.objectContaining({ category, issues: [{ severity: 'error', code, diagnostics }] })

test('an unknown coding is refused', async () => {
  const expected = refusal(
    'unsupported-media-type',
    'not-supported',
    'Content-Encoding "zstd" is not taken: send gzip, br or none.',
  )
  await expect(decompressBody(BYTES, 'zstd', 100)).rejects.toEqual(expected)
})

test('bytes that are not of the coding are refused', async () => {
  const expected = refusal('invalid', 'structure', 'The body is not gzip, as its Content-Encoding says.')
  await expect(decompressBody(BYTES, 'gzip', 100)).rejects.toEqual(expected)
})

test.each([
  ['gzip', gzipSync(new Uint8Array(10_000_000))],
  ['br', brotliCompressSync(new Uint8Array(10_000_000))],
  [undefined, new Uint8Array(100_001)],
])('a body that is too large after %s is refused', async (coding, body) => {
  const expected = refusal(
    'too-large',
    'too-long',
    'The body is larger than 100000 bytes, the most that this server takes.',
  )
  await expect(decompressBody(body, coding, 100_000)).rejects.toEqual(expected)
})
