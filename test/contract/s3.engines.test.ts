import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createBucket, createS3Client, S3ObjectStore, S3OverflowStore } from '#adapters/s3/index.ts'
import { invariant } from '#service/invariant.ts'
import { MACHINE_CLOCK } from '#test/support/dynamo-store.ts'
import { faultOf } from '#test/support/test-world.ts'
import { binaryUrlsSuite } from '../conformance/binary-urls.suite.ts'
import { freshTenant, soon } from './changes.ts'
import { objectStoreSuite } from './object-store.suite.ts'

let client: ReturnType<typeof createS3Client>
let overflow: S3OverflowStore
let objects: S3ObjectStore
let bucket: string

beforeAll(async () => {
  const { s3 } = inject('engines')
  invariant(s3, 'this test needs the engine s3')
  client = createS3Client({ ...s3, credentials: s3, forcePathStyle: true })
  bucket = `objects-${randomUUID()}`
  await createBucket(client, bucket)
  await createBucket(client, bucket)
  overflow = new S3OverflowStore({ client, bucket, clock: MACHINE_CLOCK })
  objects = new S3ObjectStore({ client, bucket, clock: MACHINE_CLOCK })
})

afterAll(() => client.destroy())

objectStoreSuite('s3', async () => ({ objects, close: async () => undefined }), {
  'deletes, and may be asked to twice':
    'the S3 server of these tests keeps objects as files, so it has none below the name of another; tried below without',
})

test('deletes, and may be asked to twice', async () => {
  const tenant = freshTenant()
  await objects.put(tenant, 'key', new Uint8Array(5), { contentType: 'text/plain', deadline: soon() })
  for (let time = 1; time <= 2; time++) {
    await objects.delete(tenant, 'key', soon())
    expect(await objects.head(tenant, 'key', soon())).toBe(undefined)
  }
})

const unavailable = expect.objectContaining({ category: 'unavailable' })

test('gives back what has overflowed, until it is deleted', async () => {
  const bytes = new Uint8Array(randomBytes(300_000))
  await overflow.put('t/Patient/1/1/nonce', bytes, soon())
  expect(await overflow.get('t/Patient/1/1/nonce', soon())).toEqual(bytes)
  for (const key of ['t/Patient/1/2/nonce', 't/Patient/12/1/nonce']) await overflow.put(key, bytes.slice(0, 9), soon())
  expect(await overflow.keysBelow('t/Patient/1', soon())).toEqual(['t/Patient/1/1/nonce', 't/Patient/1/2/nonce'])
  expect(await overflow.keysBelow('t/Patient/2', soon())).toEqual([])
  await overflow.delete('t/Patient/1/1/nonce', soon())
  await overflow.delete('t/Patient/1/1/nonce', soon())
  expect(await faultOf(overflow.get('t/Patient/1/1/nonce', soon()))).toEqual(unavailable)
})

test('asks nothing after the deadline', async () => {
  const past = Date.now() - 1
  expect(await faultOf(overflow.put('late', new Uint8Array(1), past))).toEqual(unavailable)
  expect(await faultOf(overflow.get('late', past))).toEqual(unavailable)
  expect(await faultOf(overflow.keysBelow('late', past))).toEqual(unavailable)
})

test('takes a stream of several parts', async () => {
  const tenant = freshTenant()
  const pieces = Array.from({ length: 5 }, () => new Uint8Array(randomBytes(5_000_000)))
  const stream = (async function* () {
    yield* pieces
  })()
  const options = { contentType: 'application/fhir+ndjson', deadline: soon() }
  expect(await objects.put(tenant, 'many', stream, options)).toEqual({
    contentType: 'application/fhir+ndjson',
    bytes: 25_000_000,
  })
  const found = await objects.get(tenant, 'many', undefined, soon())
  const chunks: Uint8Array[] = []
  for await (const chunk of found?.content ?? []) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(Buffer.concat(pieces))).toBe(true)
})

test('hands out URLs to put and to get one object, as agreed', async () => {
  const tenant = freshTenant()
  const text = JSON.stringify({ resourceType: 'Bundle', type: 'transaction' })
  const contentType = 'application/fhir+json'
  const upload = await objects.presign(tenant, 'uploads/1', { method: 'PUT', contentType, seconds: 60 })
  const put = (body: string, type: string) =>
    fetch(upload, { method: 'PUT', body, headers: { 'Content-Type': type } }).then(({ status }) => status)
  expect(await put(text, contentType)).toBe(200)
  expect(await put(text, 'text/html')).toBe(403)
  const download = await objects.presign(tenant, 'uploads/1', { method: 'GET', contentType: 'text/plain', seconds: 60 })
  const answer = await fetch(download)
  expect([await answer.text(), answer.headers.get('content-type')]).toEqual([text, 'text/plain'])
  expect((await fetch(download.replace('uploads/1', 'uploads/2'))).status).toBe(403)
  expect((await fetch(download.replace(/Signature=./, 'Signature=_'))).status).toBe(403)
})

test('URLs expire', async () => {
  const tenant = freshTenant()
  const request = { method: 'GET', contentType: 'application/json', seconds: 60 } as const
  await objects.put(tenant, 'kept', new TextEncoder().encode('{}'), {
    contentType: 'application/json',
    deadline: soon(),
  })
  const yesterday = new S3ObjectStore({ client, bucket, clock: { now: () => Date.now() - 86_400_000 } })
  expect((await fetch(await yesterday.presign(tenant, 'kept', request))).status).toBe(403)
  expect((await fetch(await objects.presign(tenant, 'kept', request))).status).toBe(200)
})

test('knows its URLs again, whether or not their time is over, and no others', async () => {
  const tenant = freshTenant()
  const request = { method: 'GET', contentType: 'text/html', seconds: 60, disposition: 'attachment' } as const
  const yesterday = new S3ObjectStore({ client, bucket, clock: { now: () => Date.now() - 86_400_000 } })
  for (const key of ['binary/a.b-C/nonce', `binary/${tenant}/nonce`]) {
    for (const store of [objects, yesterday]) {
      expect(await objects.recognize(tenant, await store.presign(tenant, key, request))).toBe(key)
    }
  }
  const url = await objects.presign(tenant, 'binary/1/nonce', request)
  expect(await objects.recognize(freshTenant(), url)).toBe(undefined)
  const others = [
    url.replace(bucket, 'other'),
    url.replace('http:', 'ftp:'),
    'urn:uuid:1',
    `https://a.example/${tenant}/binary/1/n`,
  ]
  expect(await Promise.all(others.map(other => objects.recognize(tenant, other)))).toEqual(others.map(() => undefined))
  await objects.put(tenant, 'binary/1/nonce', new Uint8Array(5), { contentType: 'text/html', deadline: soon() })
  expect((await fetch(url)).headers.get('content-disposition')).toBe('attachment')
})

binaryUrlsSuite('by presigned URLs of S3', async () => objects)
