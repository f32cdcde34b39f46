import type { Tenant } from '#service/call.ts'
import { keyOf } from './keys.ts'
import type { StoreContext } from './store-context.ts'
import type { Condition, Item } from './table.ts'
import type { Seniority } from './transaction-record.ts'
import type { Transactions } from './transactions.ts'
import { transactionOf } from './version-item.ts'

/** The first attempt: nobody is there. */
export const FREE: Condition = ['absent']

/** Decides what may take the place of a version that is in the way. */
export class Slots {
  readonly #context: StoreContext
  readonly #transactions: Transactions

  constructor(context: StoreContext, transactions: Transactions) {
    this.#context = context
    this.#transactions = transactions
  }

  /**
   * @param found what a conditional put has met.
   * @param writer the transaction that the put is of, if any.
   * @returns on which condition to put again: the slot is free, or still of that aborted transaction. undefined: it is
   * taken, by a version that is committed or may be yet.
   */
  async conditionFor(
    tenant: Tenant,
    found: Item | undefined,
    writer: Seniority | undefined,
    deadline: number,
  ): Promise<Condition | undefined> {
    let item = found
    for (;;) {
      if (!item) return FREE
      const transaction = transactionOf(item)
      if (transaction === undefined) return undefined
      const fate = await this.#transactions.settledFate(tenant, transaction, writer, deadline)
      if (fate === 'aborted') return [{ tx: transaction }]
      if (fate !== 'missing') return undefined
      // Without a record it was aborted, unless it was finalized since the item was read.
      const again = await this.#context.table.get(keyOf(item), deadline)
      if (again && transactionOf(again) === transaction) return [{ tx: transaction }]
      item = again
    }
  }
}
