/** What is done now and then, for nobody else does it: transactions that were left, and traces of what was deleted. */
import type { Clock, Logger, Metrics, OverdueTransactions, SearchCleaner } from '#service/index.ts'
import { causeOf } from './stream-batch.ts'

export interface SweepParts {
  readonly overdue: OverdueTransactions
  readonly cleaner: SearchCleaner
  /** Takes away what nothing names of the objects, as far as the time goes. How many that were; undefined: not now. */
  readonly sweepObjects: (run: { readonly begins: boolean; readonly deadline: number }) => Promise<number | undefined>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Of one run: what is left is met again by the next. */
const TRANSACTIONS_MAX = 500

/**
 * A deleted resource stays in the index as long as anybody may still write an older version of it there. The stream
 * keeps changes for a day; refused changes are brought in as they are by then.
 */
const DELETED_MS = 7 * 24 * 60 * 60 * 1000

const RUN_MS = 5 * 60 * 1000
const HOUR_MS = 60 * 60 * 1000

/** Once a night, since it lists all that there are: the first run after three o'clock, UTC, and those that go on. */
const isHourOfObjects = (now: number): boolean => (now - 3 * HOUR_MS) % (24 * HOUR_MS) < RUN_MS

/** deadline: milliseconds since the epoch. What fails is told by log and metrics; the next run tries again. */
export function createSweep({ overdue, cleaner, sweepObjects, clock, logger, metrics }: SweepParts) {
  return async (deadline: number): Promise<void> => {
    await attempt('Transactions that are overdue could not be ended', async () => {
      const { closed, open, failed } = await overdue.sweep(TRANSACTIONS_MAX, deadline)
      metrics.record('Swept', 'Count', closed + open)
      metrics.record('Unswept', 'Count', failed)
    })
    await attempt('Traces of deleted resources were left in the search index', () =>
      cleaner.purgeDeleted(clock.now() - DELETED_MS, deadline),
    )
    await attempt('Objects that nothing names could not be looked for', async () => {
      const count = await sweepObjects({ begins: isHourOfObjects(clock.now()), deadline })
      if (count !== undefined) metrics.record('SweptObjects', 'Count', count)
    })
  }

  async function attempt(failure: string, task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (error) {
      logger.error(failure, { cause: causeOf(error) })
      metrics.record('Unswept', 'Count', 1)
    }
  }
}
