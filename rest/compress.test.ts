import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compressResponse } from './compress.ts'
import type { HttpResponse } from './http-message.ts'

const text = (bytes: number) => 'resource'.repeat(bytes / 8)
const response = (body: HttpResponse['body']): HttpResponse => ({ status: 200, headers: { ETag: 'W/"1"' }, body })
const bytesOf = (value: string) => new TextEncoder().encode(value)

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync }

test.each([
  ['gzip, deflate, br', 'br', 8 * 1024],
  ['gzip, deflate, br', 'br', 64 * 1024],
  ['gzip, deflate', 'gzip', 8 * 1024],
  ['gzip', 'gzip', 64 * 1024],
  ['br;q=0.5, gzip', 'gzip', 8 * 1024],
  ['*', 'br', 8 * 1024],
] as const)('Accept-Encoding: %s is answered with %s (%i bytes)', async (accept, coding, bytes) => {
  const compressed = await compressResponse(accept, response(bytesOf(text(bytes))))
  expect({ ...compressed, body: undefined }).toEqual({
    status: 200,
    headers: { ETag: 'W/"1"', 'Content-Encoding': coding },
    body: undefined,
  })
  expect(DECODERS[coding](compressed.body as Uint8Array).toString()).toBe(text(bytes))
})

test('pieces are compressed as one', async () => {
  const compressed = await compressResponse('gzip', response([bytesOf(text(800)), bytesOf(text(800))]))
  expect(gunzipSync(compressed.body as Uint8Array).toString()).toBe(text(1600))
})

test.each([
  ['identity', 8 * 1024],
  ['deflate', 8 * 1024],
  ['br;q=0', 8 * 1024],
  [undefined, 8 * 1024],
  ['gzip', 512],
])('Accept-Encoding: %s leaves %i bytes as they are', async (accept, bytes) => {
  const plain = response(bytesOf(text(bytes)))
  expect(await compressResponse(accept, plain)).toBe(plain)
})
