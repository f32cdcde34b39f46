import { setTimeout as delay } from 'node:timers/promises'
import { DynamoJobQueue, DynamoJobStore, DynamoTable, StreamPoller, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { createIds } from '#runtime/time-ordered-ids.ts'
import { MACHINE_CLOCK as clock, type StoreOptions } from '#test/support/dynamo-store.ts'
import { dynamoWorld } from '#test/support/dynamo-world.ts'
import { jobStoreSuite } from './job-store.suite.ts'
import { parameterStoreSuite } from './parameter-store.suite.ts'
import { readLater } from './read-later.ts'
import { resourceStoreSuite, type StoreUnderTest } from './resource-store.suite.ts'

async function open(options: StoreOptions): Promise<StoreUnderTest> {
  const world = await dynamoWorld()
  return { store: readLater(clock => world.store({ ...options, clock })), close: async () => world.close() }
}

resourceStoreSuite('DynamoDB', () => open({}))

/** On one machine, where DynamoDB's stand-in writes its indexes at once, nothing has to be waited for. */
const NO_LAG = { indexLagMs: 0, clockSkewMs: 0 }

// Whatever is more than one item is staged.
resourceStoreSuite('DynamoDB with staged commits', () => open({ settings: { transactActionsMax: 1 } }))

for (const [name, settings] of [
  ['DynamoDB', {}],
  ['DynamoDB with staged commits', { transactActionsMax: 1 }],
] as const) {
  parameterStoreSuite(name, async () => {
    const world = await dynamoWorld()
    const writer = { write: async () => [], refresh: async () => undefined }
    return { store: world.store({ settings: { ...settings, ...NO_LAG }, writer }), close: async () => world.close() }
  })
}

jobStoreSuite('DynamoDB', async () => {
  const { client, place, close } = await dynamoWorld()
  const table = new DynamoTable({ client, tableName: place.name, clock })
  const tell = async () => undefined
  const { dynamodb } = place.addresses
  const queue = new DynamoJobQueue({ clock })
  const poller = new StreamPoller({
    configuration: { ...dynamodb, credentials: dynamodb },
    tableName: place.name,
    handle: async ({ Records: records }) => void queue.observe(records),
    wait: milliseconds => delay(milliseconds),
    onError: error => {
      throw error
    },
  })
  return {
    jobs: new DynamoJobStore({ table, clock, ids: createIds(clock), pace: SYSTEM_PACE, tell }),
    queue: {
      async due() {
        await poller.settled()
        return queue.due()
      },
      subscribe: listener => queue.subscribe(listener),
    },
    async close() {
      await poller.close()
      close()
    },
  }
})
