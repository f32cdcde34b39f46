import type { StoreOptions } from '#test/support/dynamo-store.ts'
import { dynamoWorld } from '#test/support/dynamo-world.ts'
import { readLater } from './read-later.ts'
import { resourceStoreSuite, type StoreUnderTest } from './resource-store.suite.ts'

async function open(options: StoreOptions): Promise<StoreUnderTest> {
  const world = await dynamoWorld()
  return { store: readLater(clock => world.store({ ...options, clock })), close: async () => world.close() }
}

resourceStoreSuite('DynamoDB', () => open({}))

// Whatever is more than one item is staged.
resourceStoreSuite('DynamoDB with staged commits', () => open({ settings: { transactActionsMax: 1 } }))
