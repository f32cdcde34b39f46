/** A change that can't be indexed is put aside with its cause, and the others go on; in any order the index is one. */
import { setTimeout as delay } from 'node:timers/promises'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, expect, inject, test } from 'vitest'
import { createDynamoClient, type LambdaStreamEvent, StreamPoller } from '#adapters/dynamodb/index.ts'
import { versionKey } from '#adapters/dynamodb/keys.ts'
import { openIndexStream } from '#runtime/aws.ts'
import type { EnginePlaces } from '#runtime/aws-environment.ts'
import { redriveOnAws } from '#runtime/aws-redrive.ts'
import { clientConfiguration } from '#runtime/client-configuration.ts'
import type { RefusedChange, RefusedChangesQueue, WaitingChange } from '#service/index.ts'
import { type EngineWorld, startEngineWorld } from '#test/support/engine-world.ts'
import { httpClient, idsOf } from '#test/support/http-client.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { TENANT } from '#test/support/version-items.ts'
import type { StreamEvent } from '#workers/stream-event.ts'

let world: EngineWorld

afterEach(() => world.close())

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })

/** Puts the first version of Patient/poison past the gateway: `body` is what it holds. */
async function putPoison(body: string): Promise<void> {
  const { table } = world.backend.places
  const client = createDynamoClient(clientConfiguration(table))
  const { partition, sort } = versionKey(TENANT, { type: 'Patient', id: 'poison' }, 1)
  const texts = { partition, sort, method: 'PUT', nonce: 'n', author: 'tester', door: 'rest', requestId: 'r' }
  const attributes = Object.entries(texts).map(([name, text]) => [name, { S: text }] as const)
  const Item = { ...Object.fromEntries(attributes), lastUpdated: { N: '1' }, body: { B: Buffer.from(body) } }
  await client.send(new PutItemCommand({ TableName: table.table, Item }))
  client.destroy()
}

/** All of the table's stream so far. */
async function streamed(): Promise<readonly object[]> {
  const records: object[] = []
  const { table } = world.backend.places
  const poller = new StreamPoller({
    configuration: clientConfiguration(table),
    tableName: table.table,
    handle: async ({ Records }: LambdaStreamEvent) => void records.push(...Records),
    wait: milliseconds => delay(milliseconds),
    onError: error => {
      throw error
    },
  })
  await poller.settled()
  await poller.close()
  return records
}

/** Has a worker of its own index these batches. Gives what it has refused. */
async function indexInto(places: EnginePlaces, batches: readonly (readonly object[])[]): Promise<RefusedChange[]> {
  const refused: RefusedChange[] = []
  const worker = openIndexStream({
    places,
    baseUrl: undefined,
    logger: recordingLogger().logger,
    metrics: { record: () => undefined },
    refused: { report: async changes => void refused.push(...changes) },
  })
  for (const Records of batches) {
    const answer = await worker.handle({ Records } as StreamEvent, Date.now() + 60_000)
    expect(answer).toEqual({ batchItemFailures: [] })
  }
  worker.close()
  return refused
}

/** Everything that an index holds, with the versions that it holds it in. */
async function contentOf({ search }: EnginePlaces): Promise<readonly unknown[]> {
  const { endpoint } = inject('engines').opensearch ?? { endpoint: '' }
  await fetch(`${endpoint}/${search.prefix}-read/_refresh`, { method: 'POST' })
  const response = await fetch(`${endpoint}/${search.prefix}-read/_search?version=true&size=1000&sort=id`)
  const { hits } = (await response.json()) as { hits: { hits: { _id: string; _version: number; _source: unknown }[] } }
  return hits.hits.map(({ _id, _version, _source }) => [_id, _version, _source])
}

function queueOf(changes: readonly RefusedChange[]): RefusedChangesQueue {
  let waiting: readonly WaitingChange[] = changes.map((change, index) => ({ receipt: String(index), change }))
  return {
    async take() {
      const taken = waiting
      waiting = []
      return taken
    },
    remove: async () => undefined,
  }
}

test('poison is put aside with its cause and the rest goes on; once it is gone the change is brought in', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  const { places } = world.backend
  await world.backend.setIndexing('stopped')
  await send('PUT Patient/before', { body: patient('before', 'Shaw') })
  await putPoison('no JSON')
  await send('PUT Patient/after', { body: patient('after', 'Shaw') })
  const refused = await indexInto(places, [await streamed()])
  const poison = { worker: 'index-stream', tenant: 'default', type: 'Patient', id: 'poison', versionId: 1 }
  expect(refused).toEqual([{ ...poison, sequenceNumber: expect.any(String), cause: 'Fault invalid' }])
  await world.settle()
  expect(idsOf(await send('GET Patient?family=Shaw'))).toEqual(['after', 'before'])

  const run = async () => {
    const reported: string[] = []
    const { logger } = recordingLogger()
    const report = ({ id }: RefusedChange, cause: string) => void reported.push(`${id}: ${cause}`)
    const outcome = await redriveOnAws({ places, queue: queueOf(refused), baseUrl: undefined, logger, report })
    return { ...outcome, reported }
  }
  const none = { dropped: 0, lostBatches: 0 }
  expect(await run()).toEqual({ indexed: 0, left: 1, ...none, reported: ['poison: Fault invalid'] })
  await putPoison(JSON.stringify(patient('poison', 'Shaw')))
  expect(await run()).toEqual({ indexed: 1, left: 0, ...none, reported: [] })
  await world.settle()
  expect(idsOf(await send('GET Patient?family=Shaw'))).toEqual(['after', 'before', 'poison'])
})

test('the stream in any order, in pieces and again ends in the same index', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  const { places } = world.backend
  for (let round = 0; round < 5; round++) {
    for (const id of ['a', 'b', 'c', 'd']) await send(`PUT Patient/${id}`, { body: patient(id, `Round${round}`) })
    await send(`DELETE Patient/${round % 2 === 0 ? 'a' : 'b'}`)
  }
  const entry = Array.from({ length: 110 }, (_, index) => ({
    resource: patient(`t${index}`, 'Staged'),
    request: { method: 'PUT', url: `Patient/t${index}` },
  }))
  await send('POST', { body: { resourceType: 'Bundle', type: 'transaction', entry } })
  await world.settle()
  const expected = await contentOf(places)
  expect(expected).toHaveLength(114)
  const records = await streamed()
  for (const seed of [1, 2, 3]) {
    const other = { ...places, search: { ...places.search, prefix: `${places.search.prefix}-again${seed}` } }
    const pieces = shuffled([...records, ...records.slice(0, 60)], seed)
    const batches = Array.from({ length: Math.ceil(pieces.length / 70) }, (_, index) =>
      pieces.slice(index * 70, (index + 1) * 70),
    )
    expect(await indexInto(other, batches)).toEqual([])
    expect(await contentOf(other)).toEqual(expected)
  }
})

/** The same order for the same seed. */
function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const key = (index: number) => Math.imul(index * seed + 1, 2_654_435_761) >>> 0
  return list
    .map((item, index) => ({ item, key: key(index) }))
    .toSorted((left, right) => left.key - right.key)
    .map(({ item }) => item)
}
