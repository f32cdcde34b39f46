import { DynamoResourceStore, type StoreSettings, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { createIds } from '#runtime/time-ordered-ids.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { MemoryOverflow, MemoryTable } from '#test/support/memory-table.ts'
import { readLater } from './read-later.ts'
import { resourceStoreSuite, type StoreUnderTest } from './resource-store.suite.ts'

/** The adapter for DynamoDB over a table in memory: all of it but its requests. */
async function open(settings: Partial<StoreSettings>): Promise<StoreUnderTest> {
  const table = new MemoryTable()
  const overflow = new MemoryOverflow()
  const store = readLater(clock => {
    const { logger } = recordingLogger()
    return new DynamoResourceStore({
      table,
      overflow,
      clock,
      ids: createIds(clock),
      pace: SYSTEM_PACE,
      logger,
      settings,
    })
  })
  return { store, close: async () => undefined }
}

const NO_PURGE = 'not built yet'
const SKIPS = {
  'purges what is below a tombstone, and goes on counting above it': NO_PURGE,
  'purges nothing where the newest version is another one, is no tombstone, or is of another tenant': NO_PURGE,
  'purges many versions': NO_PURGE,
}

resourceStoreSuite('DynamoDB in memory', () => open({}), SKIPS)

resourceStoreSuite('DynamoDB in memory with staged commits', () => open({ transactActionsMax: 1 }), SKIPS)
