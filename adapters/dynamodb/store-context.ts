import type { Clock } from '#service/ports/clock.ts'
import type { Ids } from '#service/ports/ids.ts'
import type { Logger } from '#service/ports/logger.ts'
import type { OverflowStore } from './overflow-store.ts'
import { type Table, TRANSACT_ACTIONS_MAX } from './table.ts'
import type { ShardsOf } from './version-item.ts'

export interface StoreSettings {
  /**
   * From a version's lastUpdated to the last request that may write it, or put the record of its transaction. Writes
   * that come later are refused, so that what promises completeness up to a time can know when that time is over.
   */
  readonly writeMsMax: number
  /** By how much the clocks of two machines may differ. */
  readonly clockSkewMs: number
  /** By how much the change index may be behind, and how long a request given up may still go on. */
  readonly indexLagMs: number
  /** Shards of a type's change index: one for each 1,000 writes a second. May grow, never shrink. */
  readonly shardsOf: ShardsOf
  /** Stored bodies from this size on go to the overflow store: there a large write costs a hundredth. */
  readonly overflowBytesMin: number
  /** Of one TransactWriteItems; beyond, a commit is staged. */
  readonly transactActionsMax: number
  readonly transactBytesMax: number
  /**
   * Whether each commit is marked until it is indexed, for searches that must see it. Needs an index worker that takes
   * marks off again.
   */
  readonly marksWrites: boolean
  /** Requests of one operation at the same time. */
  readonly concurrencyMax: number
}

export const DEFAULT_STORE_SETTINGS: StoreSettings = Object.freeze({
  writeMsMax: 30_000,
  clockSkewMs: 1000,
  indexLagMs: 6000,
  shardsOf: (type: string) => (type === 'Observation' ? 8 : 1),
  overflowBytesMin: 32 * 1024,
  transactActionsMax: TRANSACT_ACTIONS_MAX,
  // Of 4 MB, with room for what DynamoDB counts and we don't.
  transactBytesMax: 3_900_000,
  marksWrites: false,
  concurrencyMax: 32,
})

/** What the parts of the store share. */
export interface StoreContext {
  /** Tries again by itself. */
  readonly table: Table
  readonly overflow: OverflowStore
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly settings: StoreSettings
}
