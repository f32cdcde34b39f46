import { DynamoJobStore, DynamoResourceStore, type StoreSettings, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { createIds } from '#runtime/time-ordered-ids.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { MemoryOverflow, MemoryTable } from '#test/support/memory-table.ts'
import { jobStoreSuite } from './job-store.suite.ts'
import { parameterStoreSuite } from './parameter-store.suite.ts'
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

resourceStoreSuite('DynamoDB in memory', () => open({}))

resourceStoreSuite('DynamoDB in memory with staged commits', () => open({ transactActionsMax: 1 }))

for (const [name, settings] of [
  ['DynamoDB in memory', {}],
  ['DynamoDB in memory with staged commits', { transactActionsMax: 1 }],
] as const) {
  parameterStoreSuite(name, async () => {
    const clock = { now: () => Date.now() }
    const store = new DynamoResourceStore({
      ...{ table: new MemoryTable(), overflow: new MemoryOverflow(), clock, ids: createIds(clock), pace: SYSTEM_PACE },
      ...{ logger: recordingLogger().logger, settings: { ...settings, indexLagMs: 0, clockSkewMs: 0 } },
      writer: { write: async () => [], refresh: async () => undefined },
    })
    return { store, close: async () => undefined }
  })
}

jobStoreSuite('DynamoDB in memory', async () => {
  const clock = { now: () => Date.now() }
  const tell = async () => undefined
  return {
    jobs: new DynamoJobStore({ table: new MemoryTable(), clock, ids: createIds(clock), pace: SYSTEM_PACE, tell }),
    close: async () => undefined,
  }
})
