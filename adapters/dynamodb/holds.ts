/** Holds apart commits that refer to a resource and those that delete it. */
import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type { Target } from '#service/ports/resource-store.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { addressOf, holdKey, holdsPartition, keyOf, versionKey, versionPartition } from './keys.ts'
import type { Conflict } from './placements.ts'
import { queryPages } from './query-pages.ts'
import { FREE } from './slots.ts'
import type { StoreContext } from './store-context.ts'
import type { Check, Put } from './table.ts'
import { expiryAfter, type Seniority } from './transaction-record.ts'
import type { Transactions } from './transactions.ts'
import { isTombstone, transactionOf } from './version-item.ts'
import type { VersionReader } from './version-reader.ts'

/**
 * Whoever deletes stages its tombstones first, and looks for references then. Whoever refers in one request has it
 * checked there that the target has no tombstone. Whoever refers in a staged commit puts holds on its targets and then
 * looks whether they have tombstones; whoever deletes looks for holds when its tombstones are there: of two that do
 * both at the same time, one at least sees the other.
 */
export class Holds {
  readonly #context: StoreContext
  readonly #transactions: Transactions
  readonly #reader: VersionReader

  constructor(context: StoreContext, transactions: Transactions, reader: VersionReader) {
    this.#context = context
    this.#transactions = transactions
    this.#reader = reader
  }

  /**
   * What must be so still for a commit to refer to the resource, after a look at what is there now.
   * @param writer the transaction that refers to it, if any: a junior one that is about to delete it is aborted.
   */
  async check(
    tenant: Tenant,
    target: ResourceKey,
    writer: Seniority | undefined,
    deadline: number,
  ): Promise<Check | Conflict> {
    const { table } = this.#context
    const partition = versionPartition(tenant, target)
    for (;;) {
      const { items } = await table.query({ partition, descending: true, limit: 1 }, deadline)
      const [item] = items
      if (!item) return referenceConflict(target)
      const transaction = transactionOf(item)
      if (transaction !== undefined && isTombstone(item)) {
        const fate = await this.#transactions.settledFate(tenant, transaction, writer, deadline)
        if (fate === 'pending') return referenceConflict(target)
      }
      const newest = await this.#reader.committedFrom(tenant, item, deadline)
      if (newest === 'changed') continue
      if (!newest || isTombstone(newest)) return referenceConflict(target)
      if (newest.sort === item.sort) return untouched(tenant, { ...target, versionId: addressOf(item).versionId })
      // Above it is one that was aborted, or is no tombstone: as long as it is there, nothing else is.
      return { kind: 'check', key: keyOf(item), condition: [{ tx: transaction }] }
    }
  }

  async put(tenant: Tenant, target: ResourceKey, writer: Seniority, deadline: number): Promise<void> {
    await this.#context.table.write(holdPut(tenant, target, writer, deadline), deadline)
  }

  /** The first of the resources, whose tombstones are staged, that another transaction is about to refer to. */
  async findHeld(
    tenant: Tenant,
    deleted: readonly ResourceKey[],
    writer: Seniority,
    deadline: number,
  ): Promise<Conflict | undefined> {
    let conflict: Conflict | undefined
    await mapConcurrently(deleted, this.#context.settings.concurrencyMax, async key => {
      if (!conflict && (await this.#isHeld(tenant, key, writer, deadline))) conflict ??= referenceConflict(key)
    })
    return conflict
  }

  /** Those of transactions that are over hold nothing: what they have written is found, or will never be. */
  async #isHeld(tenant: Tenant, key: ResourceKey, writer: Seniority, deadline: number): Promise<boolean> {
    for await (const items of queryPages(this.#context.table, { partition: holdsPartition(tenant, key) }, deadline)) {
      for (const { sort: transaction } of items) {
        if (transaction === writer.transaction) continue
        const fate = await this.#transactions.settledFate(tenant, transaction, writer, deadline)
        if (fate === 'pending') return true
      }
    }
    return false
  }
}

/** That the version is the newest one still. */
export const untouched = (tenant: Tenant, target: Target): Check => ({
  kind: 'check',
  key: versionKey(tenant, target, target.versionId + 1),
  condition: FREE,
})

/** Whoever looks at it asks the transaction's record; a day after its time nobody does. */
const holdPut = (tenant: Tenant, target: ResourceKey, { transaction }: Seniority, expiresAt: number): Put => ({
  kind: 'put',
  item: { ...holdKey(tenant, target, transaction), expires: expiryAfter(expiresAt) },
})

const referenceConflict = ({ type, id }: ResourceKey): Conflict => ({ kind: 'reference', type, id })
