import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { RefusedChange } from '#service/ports/refused-changes.ts'
import { faultOf } from '#test/support/test-world.ts'
import { createSqsClient, SqsRefusedChanges } from './index.ts'

let server: Server | undefined

afterEach(() => {
  server?.close()
})

interface Sent {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[]
}

/** Answers as SQS's JSON protocol does. */
async function queue(answer: (sent: Sent) => object) {
  const requests: Sent[] = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const sent = JSON.parse(Buffer.concat(chunks).toString()) as Sent
    requests.push(sent)
    response.setHeader('Content-Type', 'application/x-amz-json-1.0')
    response.end(JSON.stringify(answer(sent)))
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = createSqsClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    md5: false,
  })
  const refused = new SqsRefusedChanges({
    client,
    queueUrl: `http://127.0.0.1:${port}/1/refused`,
    clock: { now: () => Date.now() },
  })
  return { refused, requests }
}

const changes = (count: number): RefusedChange[] =>
  Array.from({ length: count }, (_, index) => ({ worker: 'index-stream', sequenceNumber: String(index), cause: 'x' }))

const soon = () => Date.now() + 10_000

test('each change is a message, ten at a time', async () => {
  const { refused, requests } = await queue(({ Entries }) => ({ Successful: Entries.map(({ Id }) => ({ Id })) }))
  await refused.report(changes(12), soon())
  expect(requests.map(({ Entries }) => Entries.length)).toEqual([10, 2])
  expect(requests.flatMap(({ Entries }) => Entries.map(({ MessageBody }) => JSON.parse(MessageBody)))).toEqual(
    changes(12),
  )
})

test('a message that the queue does not take is a failure of all', async () => {
  const { refused } = await queue(() => ({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] }))
  expect(await faultOf(refused.report(changes(1), soon()))).toMatchObject({ category: 'unavailable' })
})

test('without time, nothing is sent', async () => {
  const { refused, requests } = await queue(() => ({}))
  expect(await faultOf(refused.report(changes(1), Date.now() - 1))).toMatchObject({ category: 'unavailable' })
  expect(requests).toEqual([])
})
