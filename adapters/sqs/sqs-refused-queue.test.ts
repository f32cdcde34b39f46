import { afterEach, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '#test/support/fake-server.ts'
import { faultOf, oneFault } from '#test/support/test-world.ts'
import { createSqsClient, SqsRefusedQueue } from './index.ts'

let server: FakeServer

afterEach(() => server.close())

const NOW = 1_000_000

/** Answers as SQS's JSON protocol does. */
async function queueWith(body: object, status = 200): Promise<SqsRefusedQueue> {
  const headers = { 'Content-Type': 'application/x-amz-json-1.0' }
  server = await startFakeServer(() => ({ status, headers, body }))
  const client = createSqsClient({
    region: 'us-east-1',
    endpoint: server.baseUrl,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    md5: false,
  })
  return new SqsRefusedQueue({ client, queueUrl: `${server.baseUrl}/1/refused`, clock: { now: () => NOW } })
}

const CHANGE = { worker: 'index-stream', sequenceNumber: '1', tenant: 'default', type: 'Patient', id: 'a', cause: 'x' }

test('gives what waits, batches that were given up among it', async () => {
  const lost = { DDBStreamBatchInfo: { shardId: 'shard', startSequenceNumber: '1' } }
  const queue = await queueWith({
    Messages: [
      { ReceiptHandle: 'one', Body: JSON.stringify(CHANGE) },
      { ReceiptHandle: 'two', Body: JSON.stringify(lost) },
    ],
  })
  expect(await queue.take(NOW + 1000)).toEqual([
    { receipt: 'one', change: CHANGE },
    { receipt: 'two', change: undefined },
  ])
  expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ MaxNumberOfMessages: 10, VisibilityTimeout: 900 })
})

test('gives nothing where nothing waits', async () => {
  const queue = await queueWith({})
  expect(await queue.take(NOW + 1000)).toEqual([])
})

test('removes ten at a time', async () => {
  const queue = await queueWith({ Successful: [], Failed: [] })
  const changes = Array.from({ length: 12 }, (_, index) => ({ receipt: `r${index}`, change: CHANGE }))
  await queue.remove(changes, NOW + 1000)
  const entries = server.requests.map(({ body }) => (JSON.parse(body) as { Entries: { Id: string }[] }).Entries)
  expect(entries.map(({ length }) => length)).toEqual([10, 2])
  expect(entries[1]).toEqual([
    { Id: '0', ReceiptHandle: 'r10' },
    { Id: '1', ReceiptHandle: 'r11' },
  ])
})

const UNAVAILABLE = oneFault('unavailable', 'transient', 'The queue did not answer: try again.')

test('says so where the queue does not answer, or not in time, or keeps a message', async () => {
  const broken = await queueWith({ __type: 'InternalError' }, 500)
  expect(await faultOf(broken.take(NOW + 1000))).toEqual(UNAVAILABLE)
  expect(await faultOf(broken.take(NOW))).toEqual(UNAVAILABLE)
  await server.close()
  const keeping = await queueWith({ Successful: [], Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] })
  expect(await faultOf(keeping.remove([{ receipt: 'one', change: CHANGE }], NOW + 1000))).toEqual(UNAVAILABLE)
})
