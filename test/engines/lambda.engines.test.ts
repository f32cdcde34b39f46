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
import { runLambda } from '#test/support/lambda-process.ts'
import { streamEvent } from '#test/support/stream-events.ts'
import { TENANT } from '#test/support/version-items.ts'

let place: string
let world: EngineWorld

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-lambda-'))
  for (const name of LAMBDA_NAMES) await bundleLambda(name, join(place, name))
  world = await startEngineWorld()
  // The bundle of the worker is to do it.
  await world.backend.setIndexing('stopped')
})

afterAll(async () => {
  await world.close()
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
