import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import { finalizingClaim } from './claims.ts'
import { chunkRange, holdKey } from './keys.ts'
import { queryPages } from './query-pages.ts'
import type { StoreContext } from './store-context.ts'
import type { Item } from './table.ts'
import { closing, contentOf, type ListedVersion, type TransactionContent } from './transaction-record.ts'
import type { Transactions } from './transactions.ts'
import { finalizing, overflowKey, stripping, transactionOf } from './version-item.ts'

/** open: its time is not over, or something of it can't be found, and it must be looked at again. */
export type FinishedAs = 'finalized' | 'stripped' | 'open'

/**
 * Ends what transactions leave undone, by their committer or by whoever comes after it. All of it may be done twice.
 */
export class Finalizer {
  readonly #context: StoreContext
  readonly #transactions: Transactions

  constructor(context: StoreContext, transactions: Transactions) {
    this.#context = context
    this.#transactions = transactions
  }

  /** Makes everything in a committed transaction final, and then says so in its record. */
  async finalize(tenant: Tenant, transaction: string, content: TransactionContent, deadline: number): Promise<void> {
    const { table, clock, settings } = this.#context
    // Versions of one resource one after the other: they come to the stream in their order.
    const resources = [...Map.groupBy(content.versions, ({ type, id }) => `${type}/${id}`).values()]
    await mapConcurrently(resources, settings.concurrencyMax, async versions => {
      for (const version of versions.toSorted(byNumber)) {
        await table.write(
          finalizing({ tenant, ...version }, version.lastUpdated, transaction, settings.shardsOf),
          deadline,
        )
      }
    })
    await mapConcurrently(content.claims, settings.concurrencyMax, claim =>
      table.write(finalizingClaim(tenant, claim, transaction), deadline),
    )
    await this.#release(tenant, transaction, content, deadline)
    await table.write(closing(tenant, transaction, clock.now()), deadline)
  }

  /** For workers: finalizes a committed transaction, aborts one whose time is over, strips an aborted one. */
  async finish(tenant: Tenant, transaction: string, deadline: number): Promise<FinishedAs> {
    const record = await this.#transactions.find(tenant, transaction, deadline)
    if (record?.state === 'pending' && !this.#transactions.isExpired(record)) return 'open'
    if (record?.finalizedAt !== undefined) return 'finalized'
    const chunks = await this.#chunks(tenant, transaction, deadline)
    const content = contentOf(chunks)
    const fate =
      record?.state === 'pending' ? await this.#transactions.abort(tenant, transaction, deadline) : record?.state
    if (fate === 'committed') {
      if (chunks.length !== record?.chunks) return 'open'
      await this.finalize(tenant, transaction, content, deadline)
      return 'finalized'
    }
    await this.#strip(tenant, transaction, content.versions, deadline)
    await this.#release(tenant, transaction, content, deadline)
    return 'stripped'
  }

  /** Takes the content out of versions that will never count; their slots stay until others write them. */
  async #strip(
    tenant: Tenant,
    transaction: string,
    versions: readonly ListedVersion[],
    deadline: number,
  ): Promise<void> {
    const { table, overflow, settings } = this.#context
    await mapConcurrently(versions, settings.concurrencyMax, async version => {
      const outcome = await table.write(stripping({ tenant, ...version }, transaction), deadline)
      // Nonce and no transaction: it was committed and finalized, so long ago that its record is gone.
      const isFinal =
        !outcome.done && outcome.found?.nonce === transaction && transactionOf(outcome.found) === undefined
      if (!isFinal) await overflow.delete(overflowKey(tenant, version, transaction), deadline)
    })
  }

  /** Nobody minds a hold of a transaction that is over: they only cost whoever looks at them. */
  async #release(tenant: Tenant, transaction: string, { holds }: TransactionContent, deadline: number): Promise<void> {
    const { table, settings } = this.#context
    await mapConcurrently(holds, settings.concurrencyMax, key =>
      table.write({ kind: 'delete', key: holdKey(tenant, key, transaction) }, deadline),
    )
  }

  async #chunks(tenant: Tenant, transaction: string, deadline: number): Promise<readonly Item[]> {
    const pages = queryPages(this.#context.table, chunkRange(tenant, transaction), deadline)
    return (await Array.fromAsync(pages)).flat()
  }
}

const byNumber = (left: ListedVersion, right: ListedVersion): number => left.versionId - right.versionId
