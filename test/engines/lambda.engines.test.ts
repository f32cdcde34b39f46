/** Each Lambda bundle in a process of its own over real engines, one after the other as a change goes through them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LambdaStreamEvent, StreamPoller } from '#adapters/dynamodb/index.ts'
import { recordKey } from '#adapters/dynamodb/keys.ts'
import { clientConfiguration } from '#runtime/client-configuration.ts'
import { bundleLambda, LAMBDA_NAMES, type LambdaName } from '#runtime/lambda/bundle.ts'
import { apiGatewayEvent } from '#test/support/api-gateway-events.ts'
import { appsyncEvent } from '#test/support/appsync-events.ts'
import { type EngineWorld, startEngineWorld } from '#test/support/engine-world.ts'
import { type FakeAws, startFakeAws } from '#test/support/fake-aws.ts'
import { runLambda } from '#test/support/lambda-process.ts'
import { streamEvent } from '#test/support/stream-events.ts'
import { TENANT } from '#test/support/version-items.ts'

let place: string
let world: EngineWorld
/** There is no SQS on this machine: what is sent is taken for sent. */
let fake: FakeAws

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-lambda-'))
  await Promise.all(LAMBDA_NAMES.map(name => bundleLambda(name, join(place, name))))
  fake = await startFakeAws()
  world = await startEngineWorld()
  // The bundle of the worker is to do it.
  await world.backend.setIndexing('stopped')
})

afterAll(async () => {
  await world.close()
  fake.close()
  await rm(place, { recursive: true })
})

async function run(name: LambdaName, ...events: readonly unknown[]): Promise<readonly unknown[]> {
  const { table, objects, search, sealingKey } = world.backend.places
  const environment = {
    AWS_REGION: table.region,
    // DynamoDB Local takes any secret.
    AWS_ACCESS_KEY_ID: objects.local?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: objects.local?.secretAccessKey ?? '',
    AWS_ENDPOINT_URL_DYNAMODB: table.local?.endpoint ?? '',
    AWS_ENDPOINT_URL_S3: objects.local?.endpoint ?? '',
    TABLE_NAME: table.table,
    OBJECTS_BUCKET: objects.bucket,
    SEARCH_ENDPOINT: search.endpoint,
    SEARCH_PREFIX: search.prefix,
    SEALING_KEY: sealingKey,
    REFUSED_QUEUE_URL: 'http://127.0.0.1:1/123456789012/refused',
    AWS_ENDPOINT_URL_SQS: fake.endpoint,
    JOBS_QUEUE_URL: `${fake.endpoint}/123456789012/jobs`,
  }
  return (await runLambda({ name, folder: join(place, name), environment }, events)).results
}

/** All of the table's stream so far. */
async function streamed(): Promise<readonly LambdaStreamEvent[]> {
  const events: LambdaStreamEvent[] = []
  const { table } = world.backend.places
  const poller = new StreamPoller({
    configuration: clientConfiguration(table),
    tableName: table.table,
    handle: async event => void events.push(event),
    wait: milliseconds => delay(milliseconds),
    onError: error => {
      throw error
    },
  })
  await poller.settled()
  await poller.close()
  return events
}

const FHIR = { 'Content-Type': ['application/fhir+json'] }

const put = (id: string, family: string) =>
  apiGatewayEvent({
    method: 'PUT',
    path: `/fhir/Patient/${id}`,
    headers: FHIR,
    body: JSON.stringify({ resourceType: 'Patient', id, name: [{ family }] }),
  })

/** Hard to compress, so that it overflows. */
const longName = (): string =>
  Array.from({ length: 20_000 }, (_, index) => Math.imul(index, 2654435761) >>> 0).join(' ')

const statusOf = (result: unknown): number => (result as { readonly statusCode: number }).statusCode

test('a write goes through rest, the stream and index-stream to the search of resolvers', async () => {
  const written = await run('rest', put('small', 'Shaw'), put('large', `Shaw ${longName()}`), put('small', 'Shaw'))
  expect(written.map(statusOf)).toEqual([201, 201, 200])
  const events = await streamed()
  expect(await run('index-stream', ...events)).toEqual(events.map(() => ({ batchItemFailures: [] })))
  await world.settle()
  const list = appsyncEvent('Query', 'PatientList', {
    arguments: { family: ['shaw'], _sort: ['_id'] },
    selection: '{ id }',
  })
  expect(await run('resolvers', list)).toEqual([{ data: [{ id: 'large' }, { id: 'small' }] }])
  const [read] = await run('rest', apiGatewayEvent({ path: '/fhir/Patient/large' }))
  expect(JSON.parse((read as { readonly body: string }).body)).toMatchObject({
    name: [{ family: `Shaw ${longName()}` }],
  })
})

test('dispatch finishes what the stream tells of, and is at peace with what is long over', async () => {
  const events = await streamed()
  const over = streamEvent({
    image: { ...recordKey(TENANT, 'over'), state: 'aborted', openedAt: 1, expiresAt: 2, oldest: 1, chunks: 1 },
  })
  expect(await run('dispatch', ...events, over)).toEqual([...events, over].map(() => ({ batchItemFailures: [] })))
})

const bodyOf = (result: unknown) => JSON.parse((result as { readonly body: string }).body)

test('a Bundle that is too large for a request is uploaded, worked on, and fetched where its answer is', async () => {
  const entry = Array.from({ length: 300 }, (_, index) => ({
    resource: { resourceType: 'Basic', id: `large-${index}`, code: { text: `${index} `.repeat(5600) } },
    request: { method: 'PUT', url: `Basic/large-${index}` },
  }))
  const text = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })
  expect(Buffer.byteLength(text)).toBeGreaterThan(6_000_000)
  const [offered] = await run('rest', apiGatewayEvent({ method: 'POST', path: '/fhir/$upload' }))
  const { parameter } = bodyOf(offered) as { readonly parameter: readonly Record<string, string>[] }
  const partOf = (name: string) => parameter.find(each => each.name === name) ?? {}
  const headers = { 'Content-Type': partOf('contentType').valueCode ?? '' }
  const stored = await fetch(partOf('url').valueUrl ?? '', { method: 'PUT', headers, body: text })
  expect(stored.status).toBe(200)
  const named = { resourceType: 'Parameters', parameter: [partOf('reference')] }
  const preferences = { ...FHIR, Prefer: ['respond-async, return=representation'] }
  const post = { method: 'POST', path: '/fhir', headers: preferences, body: JSON.stringify(named) }
  const [begun] = await run('rest', apiGatewayEvent(post))
  expect(statusOf(begun)).toBe(202)
  const message = JSON.parse(fake.requests.find(({ line }) => line === 'SendMessage')?.body ?? '{}')
  const attributes = { ApproximateReceiveCount: '1' }
  const event = { Records: [{ messageId: '1', receiptHandle: 'r', attributes, body: message.MessageBody }] }
  const poll = apiGatewayEvent({ path: `/fhir/_jobs/${JSON.parse(message.MessageBody).id}` })
  expect(statusOf((await run('rest', poll))[0])).toBe(202)
  await run('jobs', event)
  const [ended] = await run('rest', poll)
  expect(statusOf(ended)).toBe(303)
  const { Location: location } = (ended as { readonly headers: Readonly<Record<string, string>> }).headers
  const answer = await fetch(location ?? '')
  expect(answer.headers.get('content-type')).toBe('application/fhir+json')
  const { type, entry: answered } = (await answer.json()) as { readonly type: string; readonly entry: unknown[] }
  expect([type, answered.length]).toEqual(['transaction-response', 300])
  expect(statusOf((await run('rest', apiGatewayEvent({ path: '/fhir/Basic/large-299' })))[0])).toBe(200)
}, 120_000)
