import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import { faultOf } from '#test/support/test-world.ts'
import { createSqsClient, SqsChangePublisher } from './index.ts'

let server: Server | undefined

afterEach(() => {
  server?.close()
})

interface Entry {
  readonly Id: string
  readonly MessageBody: string
  readonly MessageGroupId: string
  readonly MessageDeduplicationId: string
}

/** Answers as SQS's JSON protocol does. */
async function queue(answer: (entries: readonly Entry[]) => object) {
  const requests: (readonly Entry[])[] = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { Entries: entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: Entry[] }
    requests.push(entries)
    response.setHeader('Content-Type', 'application/x-amz-json-1.0')
    response.end(JSON.stringify(answer(entries)))
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
  const publisher = new SqsChangePublisher({
    client,
    queueUrl: `http://127.0.0.1:${port}/1/changes.fifo`,
    clock: { now: () => Date.now() },
  })
  return { publisher, requests }
}

const change = (id: string, versionId: number, tenant = 'one'): CommittedChange => ({
  tenant: tenantOf(tenant),
  type: 'Patient',
  id,
  versionId,
  lastUpdated: 1,
  method: 'PUT',
  deleted: false,
  compartments: [],
  securityLabels: [],
})

const accept = (entries: readonly Entry[]) => ({ Successful: entries.map(({ Id }) => ({ Id })) })
const soon = () => Date.now() + 10_000

test('a group for each resource, in the order of versions, ten at a time', async () => {
  const { publisher, requests } = await queue(accept)
  const changes = [...Array.from({ length: 11 }, (_, index) => change('a', index + 1)), change('a', 1, 'two')]
  await publisher.publish(changes, soon())
  expect(requests.map(entries => entries.length)).toEqual([10, 2])
  const entries = requests.flat()
  expect(entries.map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual(changes)
  const groups = entries.map(({ MessageGroupId }) => MessageGroupId)
  expect(new Set(groups.slice(0, 11)).size).toBe(1)
  expect(groups[11]).not.toBe(groups[0])
  expect(groups[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(new Set(entries.map(each => each.MessageDeduplicationId)).size).toBe(12)
})

test('a message that is not taken is a failure of all', async () => {
  const { publisher } = await queue(() => ({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] }))
  expect(await faultOf(publisher.publish([change('a', 1)], soon()))).toMatchObject({ category: 'unavailable' })
})

test('without time, nothing is sent', async () => {
  const { publisher, requests } = await queue(accept)
  expect(await faultOf(publisher.publish([change('a', 1)], Date.now() - 1))).toMatchObject({ category: 'unavailable' })
  expect(requests).toEqual([])
})
