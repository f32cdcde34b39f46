import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createBucket, createS3Client, S3ObjectStore } from '#adapters/s3/index.ts'
import { invariant } from '#service/invariant.ts'
import { MACHINE_CLOCK } from '#test/support/dynamo-store.ts'
import { faultOf } from '#test/support/test-world.ts'
import { soon } from './changes.ts'

let client: ReturnType<typeof createS3Client>
let store: S3ObjectStore
let bucket: string

beforeAll(async () => {
  const { s3 } = inject('engines')
  invariant(s3, 'this test needs the engine s3')
  client = createS3Client({ ...s3, credentials: s3, forcePathStyle: true })
  bucket = `objects-${randomUUID()}`
  await createBucket(client, bucket)
  await createBucket(client, bucket)
  store = new S3ObjectStore({ client, bucket, clock: MACHINE_CLOCK })
})

afterAll(() => client.destroy())

const unavailable = expect.objectContaining({ category: 'unavailable' })

test('gives back what it was given, until it is deleted', async () => {
  const bytes = new Uint8Array(randomBytes(300_000))
  await store.put('t/Patient/1/1/nonce', bytes, soon())
  expect(await store.get('t/Patient/1/1/nonce', soon())).toEqual(bytes)
  await store.delete('t/Patient/1/1/nonce', soon())
  await store.delete('t/Patient/1/1/nonce', soon())
  expect(await faultOf(store.get('t/Patient/1/1/nonce', soon()))).toEqual(unavailable)
})

test('asks nothing after the deadline', async () => {
  const past = Date.now() - 1
  expect(await faultOf(store.put('late', new Uint8Array(1), past))).toEqual(unavailable)
  expect(await faultOf(store.get('late', past))).toEqual(unavailable)
})

test('hands out URLs to put and to get one object, as agreed', async () => {
  const text = JSON.stringify({ resourceType: 'Bundle', type: 'transaction' })
  const terms = { contentType: 'application/fhir+json', bytes: text.length, expiresInSeconds: 60 }
  const upload = await store.presignPut('uploads/1', terms)
  const put = (body: string, contentType: string) =>
    fetch(upload, { method: 'PUT', body, headers: { 'Content-Type': contentType } }).then(({ status }) => status)
  expect(await put(text, terms.contentType)).toBe(200)
  expect(await put(`${text} `, terms.contentType)).toBe(403)
  expect(await put(text, 'text/html')).toBe(403)
  const download = await store.presignGet('uploads/1', 60)
  expect(await (await fetch(download)).text()).toBe(text)
  expect((await fetch(download.replace('uploads/1', 'uploads/2'))).status).toBe(403)
  expect((await fetch(download.replace(/Signature=./, 'Signature=_'))).status).toBe(403)
})

test('URLs expire', async () => {
  await store.put('kept', new TextEncoder().encode('{}'), soon())
  const yesterday = new S3ObjectStore({ client, bucket, clock: { now: () => Date.now() - 86_400_000 } })
  expect((await fetch(await yesterday.presignGet('kept', 60))).status).toBe(403)
  expect((await fetch(await store.presignGet('kept', 60))).status).toBe(200)
})
