/** The store for DynamoDB over a table in memory, whose clock a test moves and whose answers it can spoil. */
import { DynamoResourceStore, type StoreSettings } from '#adapters/dynamodb/index.ts'
import type { Table } from '#adapters/dynamodb/table.ts'
import { type LogEntry, recordingLogger } from './logger.ts'
import { countingIds, type FixedClock, fixedClock } from './memory-ports.ts'
import { MemoryOverflow, MemoryTable } from './memory-table.ts'

export interface MemoryDynamo {
  readonly table: MemoryTable
  readonly overflow: MemoryOverflow
  readonly clock: FixedClock
  readonly logged: readonly LogEntry[]
  readonly store: DynamoResourceStore
  /** Another process over the same table. */
  another(options?: MemoryDynamoOptions): DynamoResourceStore
}

export interface MemoryDynamoOptions {
  readonly settings?: Partial<StoreSettings>
  readonly through?: (table: Table) => Table
}

/** Waiting moves the clock, so that deadlines come without time passing. */
export function memoryDynamo(options: MemoryDynamoOptions = {}): MemoryDynamo {
  const table = new MemoryTable()
  const overflow = new MemoryOverflow()
  const clock = fixedClock()
  const ids = countingIds()
  const { logger, entries } = recordingLogger()
  const another = ({ settings = {}, through = (same: Table) => same }: MemoryDynamoOptions = {}) =>
    new DynamoResourceStore({
      table: through(table),
      overflow,
      clock,
      ids,
      pace: { wait: async ms => clock.advance(ms), random: () => 0.5 },
      logger,
      settings,
    })
  return { table, overflow, clock, logged: entries, store: another(options), another }
}

/** A table whose user stops at the first update that sets an attribute. */
export const stoppingAt =
  (attribute: string) =>
  (table: Table): Table => ({
    get: (key, deadline) => table.get(key, deadline),
    batchGet: (keys, deadline) => table.batchGet(keys, deadline),
    query: (query, deadline) => table.query(query, deadline),
    transact: (writes, token, deadline) => table.transact(writes, token, deadline),
    write: (write, deadline) =>
      write.kind === 'update' && attribute in write.set ? new Promise(() => undefined) : table.write(write, deadline),
  })
