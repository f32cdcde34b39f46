import type { OverdueTransactions, Sweep } from '#service/ports/overdue-transactions.ts'
import type { Finalizer } from './finalizer.ts'
import { OVERDUE_PARTITION, openAddressOf, timeSort } from './keys.ts'
import type { StoreContext } from './store-context.ts'
import type { Item } from './table.ts'
import type { Watermark } from './watermark.ts'

/** Ends transactions that everybody has left: they hold the watermark back, and their entries would never go. */
export class TransactionSweeper implements OverdueTransactions {
  readonly #context: StoreContext
  readonly #finalizer: Finalizer
  readonly #watermark: Watermark

  constructor(context: StoreContext, finalizer: Finalizer, watermark: Watermark) {
    this.#context = context
    this.#finalizer = finalizer
    this.#watermark = watermark
  }

  async sweep(limit: number, deadline: number): Promise<Sweep> {
    const entries = await this.#overdue(limit, deadline)
    let closed = 0
    let failed = 0
    for (const entry of entries) {
      const { tenant, transaction } = openAddressOf(entry)
      try {
        await this.#finalizer.finish(tenant, transaction, deadline)
        if (await this.#watermark.close(tenant, transaction, deadline)) closed++
      } catch (error) {
        // The others are not to wait for one that can't be ended.
        failed++
        const name = error instanceof Error ? error.name : 'unknown'
        this.#context.logger.error('A transaction that is overdue could not be ended', { transaction, cause: name })
      }
    }
    return { closed, open: entries.length - closed - failed, failed }
  }

  /** The oldest first. What the index does not show yet is found the next time. */
  async #overdue(limit: number, deadline: number): Promise<readonly Item[]> {
    const { table, clock, settings } = this.#context
    const to = timeSort(clock.now() - settings.clockSkewMs)
    const page = await table.query({ index: 'changes', partition: OVERDUE_PARTITION, to, limit }, deadline)
    return page.items
  }
}
