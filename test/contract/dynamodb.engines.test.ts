import type { StoreOptions } from '#test/support/dynamo-store.ts'
import { dynamoWorld } from '#test/support/dynamo-world.ts'
import { readLater } from './read-later.ts'
import { resourceStoreSuite, type StoreUnderTest } from './resource-store.suite.ts'

async function open(options: StoreOptions): Promise<StoreUnderTest> {
  const world = await dynamoWorld()
  return { store: readLater(clock => world.store({ ...options, clock })), close: async () => world.close() }
}

const NO_PURGE = 'not built yet'
const SKIPS = {
  'purges what is below a tombstone, and goes on counting above it': NO_PURGE,
  'purges nothing where the newest version is another one, is no tombstone, or is of another tenant': NO_PURGE,
  'purges many versions': NO_PURGE,
}

resourceStoreSuite('DynamoDB', () => open({}), SKIPS)

// Whatever is more than one item is staged.
resourceStoreSuite('DynamoDB with staged commits', () => open({ settings: { transactActionsMax: 1 } }), SKIPS)
