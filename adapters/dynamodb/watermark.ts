import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import { openKey, openPartition } from './keys.ts'
import { queryPages } from './query-pages.ts'
import type { StoreContext } from './store-context.ts'
import type { Transactions } from './transactions.ts'

/** Up to when the change index is complete, now and for ever. */
export class Watermark {
  readonly #context: StoreContext
  readonly #transactions: Transactions

  constructor(context: StoreContext, transactions: Transactions) {
    this.#context = context
    this.#transactions = transactions
  }

  /**
   * Milliseconds since the epoch: no version with this lastUpdated or an earlier one will come to be. A single write
   * may be under way for a while, and the versions of an open transaction come only when it is finalized.
   */
  async read(tenant: Tenant, deadline: number): Promise<number> {
    const { table, clock, settings } = this.#context
    const settled = clock.now() - settings.writeMsMax - settings.clockSkewMs - settings.indexLagMs - 1
    const pages = await Array.fromAsync(queryPages(table, { partition: openPartition(tenant) }, deadline))
    const entries = pages.flat().filter(({ oldest }) => Number(oldest) <= settled)
    const closed = await mapConcurrently(entries, settings.concurrencyMax, ({ sort: transaction }) =>
      this.close(tenant, transaction, deadline),
    )
    return entries.reduce(
      (least, { oldest }, index) => (closed[index] ? least : Math.min(least, Number(oldest) - 1)),
      settled,
    )
  }

  /** Whether nothing of it can appear any more, after aborting it if its time is over. Then it is not open any more. */
  async close(tenant: Tenant, transaction: string, deadline: number): Promise<boolean> {
    const record = await this.#transactions.find(tenant, transaction, deadline)
    // There was one: entry and record are put together.
    if (record?.state === 'pending') {
      if (!this.#transactions.isExpired(record)) return false
      if ((await this.#transactions.abort(tenant, transaction, deadline)) === 'committed') return false
    }
    if (record?.state === 'committed' && !this.#isIndexed(record.finalizedAt)) return false
    await this.#context.table.write({ kind: 'delete', key: openKey(tenant, transaction) }, deadline)
    return true
  }

  /** The index follows the table with a delay: what was finalized just now may not be in it yet. */
  #isIndexed(finalizedAt: number | undefined): boolean {
    const { clock, settings } = this.#context
    return finalizedAt !== undefined && clock.now() > finalizedAt + settings.indexLagMs + settings.clockSkewMs
  }
}
