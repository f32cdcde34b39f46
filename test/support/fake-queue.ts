/** Answers as SQS's JSON protocol does to batches of messages. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSqsClient, type QueueParts } from '#adapters/sqs/index.ts'

export interface SentMessage {
  readonly Id: string
  readonly MessageBody: string
  readonly MessageGroupId?: string
  readonly MessageDeduplicationId?: string
}

export interface FakeQueue {
  readonly parts: QueueParts
  /** Batch by batch. */
  readonly batches: readonly (readonly SentMessage[])[]
  close(): void
}

export const takeAll = (messages: readonly SentMessage[]): object => ({
  Successful: messages.map(({ Id }) => ({ Id })),
})

export async function startFakeQueue(answer: (messages: readonly SentMessage[]) => object): Promise<FakeQueue> {
  const batches: (readonly SentMessage[])[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { Entries: messages } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: SentMessage[] }
    batches.push(messages)
    response.setHeader('Content-Type', 'application/x-amz-json-1.0')
    response.end(JSON.stringify(answer(messages)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createSqsClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    md5: false,
  })
  return {
    parts: { client, queueUrl: `${endpoint}/1/queue`, clock: { now: () => Date.now() } },
    batches,
    close: () => server.close(),
  }
}
