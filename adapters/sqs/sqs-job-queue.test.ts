import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import { startFakeServer } from '#test/support/fake-server.ts'
import { createSqsClient } from './sqs-client.ts'
import { SqsJobQueue } from './sqs-job-queue.ts'

const JOB = { tenant: tenantOf('clinic'), id: 'a1' }
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' }

const queueAt = (endpoint: string, now = 0): SqsJobQueue =>
  new SqsJobQueue({
    client: createSqsClient({ region: 'eu-central-1', endpoint, credentials: CREDENTIALS, maxAttempts: 1 }),
    queueUrl: `${endpoint}/123456789012/jobs`,
    clock: { now: () => now },
  })

test('a message says which job of which tenant', async () => {
  const MD5OfMessageBody = hash('md5', '{"tenant":"clinic","id":"a1"}')
  const server = await startFakeServer(() => ({ status: 200, body: { MessageId: '1', MD5OfMessageBody } }))
  await queueAt(server.baseUrl).tell(JOB, 5000)
  const [request] = server.requests
  expect(JSON.parse(request?.body ?? '')).toEqual({
    QueueUrl: `${server.baseUrl}/123456789012/jobs`,
    MessageBody: '{"tenant":"clinic","id":"a1"}',
  })
  await server.close()
})

test('it can come later, and a message be kept from others', async () => {
  const MD5OfMessageBody = hash('md5', '{"tenant":"clinic","id":"a1"}')
  const server = await startFakeServer(() => ({ status: 200, body: { MessageId: '1', MD5OfMessageBody } }))
  const queue = queueAt(server.baseUrl)
  await queue.tellLater(JOB, 35, 5000)
  await queue.hide('receipt', 35, 5000)
  const QueueUrl = `${server.baseUrl}/123456789012/jobs`
  expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([
    { QueueUrl, MessageBody: '{"tenant":"clinic","id":"a1"}', DelaySeconds: 35 },
    { QueueUrl, ReceiptHandle: 'receipt', VisibilityTimeout: 35 },
  ])
  await server.close()
})

test('where nobody answers, or it is too late, it is not certain', async () => {
  const server = await startFakeServer(() => 'hang up')
  const queue = queueAt(server.baseUrl, 10)
  for (const deadline of [5000, 9]) {
    const failure = await queue.tell(JOB, deadline).catch((error: unknown) => error)
    expect(Fault.is(failure) && failure.category).toBe('unavailable')
  }
  await server.close()
})
