import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type { VersionHint } from '#service/ports/resource-store.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { addressOf, isVersionNumber, keyOf, versionKey, versionPartition } from './keys.ts'
import type { StoreContext } from './store-context.ts'
import { BATCH_KEYS_MAX, type Item, type Key } from './table.ts'
import type { Transactions } from './transactions.ts'
import { finalizing, isPurged, timeOf, transactionOf, type VersionItem } from './version-item.ts'

/** A version takes two keys of a batch: its own and the next one's. */
const HINTS_IN_BATCH = BATCH_KEYS_MAX / 2

/** Finds committed versions, through transactions that are not finalized. */
export class VersionReader {
  readonly #context: StoreContext
  readonly #transactions: Transactions

  constructor(context: StoreContext, transactions: Transactions) {
    this.#context = context
    this.#transactions = transactions
  }

  /**
   * The newest committed version. It is final when this returns: whoever writes the next one can rely on it, and
   * versions come to the stream in their order.
   */
  async newest(tenant: Tenant, key: ResourceKey, deadline: number): Promise<VersionItem | undefined> {
    for (;;) {
      const partition = versionPartition(tenant, key)
      const page = await this.#context.table.query({ partition, descending: true, limit: 1 }, deadline)
      const [item] = page.items
      const found = item && (await this.committedFrom(tenant, item, deadline))
      if (found !== 'changed') return found
    }
  }

  /** The newest of each, in order. Those with a hint are read in batches; a hint that is out of date costs a query. */
  async newestOfMany(
    tenant: Tenant,
    references: readonly VersionHint[],
    deadline: number,
  ): Promise<(VersionItem | undefined)[]> {
    const hinted = await this.#readHinted(tenant, references, deadline)
    const queried = new Map<string, VersionHint>()
    for (const reference of references) {
      const partition = versionPartition(tenant, reference)
      if (!hinted.has(partition)) queried.set(partition, reference)
    }
    const found = new Map<string, VersionItem | undefined>(hinted)
    await mapConcurrently([...queried], this.#context.settings.concurrencyMax, async ([partition, reference]) => {
      found.set(partition, await this.newest(tenant, reference, deadline))
    })
    return references.map(reference => found.get(versionPartition(tenant, reference)))
  }

  /** One committed version. */
  async numbered(
    tenant: Tenant,
    key: ResourceKey,
    versionId: number,
    deadline: number,
  ): Promise<VersionItem | undefined> {
    if (!isVersionNumber(versionId)) return undefined
    const item = await this.#context.table.get(versionKey(tenant, key, versionId), deadline)
    if (item && isPurged(item)) return undefined
    const found = item && (await this.committedFrom(tenant, item, deadline))
    if (found === 'changed') return this.numbered(tenant, key, versionId, deadline)
    return found && addressOf(found).versionId === versionId ? found : undefined
  }

  /**
   * The version itself if it is committed, else the first one below that is; `changed` where the item has become
   * another one meanwhile, so that what is newest has to be asked again.
   */
  async committedFrom(
    tenant: Tenant,
    item: VersionItem,
    deadline: number,
  ): Promise<VersionItem | undefined | 'changed'> {
    const transaction = transactionOf(item)
    if (transaction === undefined) return item
    const fate = await this.#transactions.fate(tenant, transaction, deadline)
    if (fate === 'committed') return this.#finalize(item, transaction, deadline)
    // The record of a finalized transaction may have gone since the item was read, but never while it still carries it.
    if (fate === 'missing' && (await this.#hasChanged(item, transaction, deadline))) return 'changed'
    return this.#below(tenant, item, deadline)
  }

  async #below(tenant: Tenant, item: VersionItem, deadline: number): Promise<VersionItem | undefined | 'changed'> {
    const address = addressOf(item)
    if (address.versionId === 1) return undefined
    const below = await this.#context.table.get(versionKey(tenant, address, address.versionId - 1), deadline)
    return below && this.committedFrom(tenant, below, deadline)
  }

  async #finalize(item: VersionItem, transaction: string, deadline: number): Promise<VersionItem> {
    const { table, settings } = this.#context
    const update = finalizing(addressOf(item), timeOf(item), transaction, settings.shardsOf)
    // Refused: others were faster.
    await table.write(update, deadline)
    const { tx: _tx, ...rest } = item
    return { ...rest, ...keyOf(item), ...update.set }
  }

  async #hasChanged(item: Key, transaction: string, deadline: number): Promise<boolean> {
    const now = await this.#context.table.get(keyOf(item), deadline)
    return now === undefined || transactionOf(now) !== transaction
  }

  /** By partition, those whose hint is right and whose version is final. */
  async #readHinted(
    tenant: Tenant,
    references: readonly VersionHint[],
    deadline: number,
  ): Promise<Map<string, VersionItem>> {
    const hints = new Map<string, { readonly key: ResourceKey; readonly versionId: number }>()
    for (const { type, id, versionId } of references) {
      if (versionId === undefined || !isVersionNumber(versionId)) continue
      hints.set(versionPartition(tenant, { type, id }), { key: { type, id }, versionId })
    }
    // A query asks for one as well as a batch does.
    if (hints.size < 2) return new Map()
    const all = [...hints.values()]
    const batches = Array.from({ length: Math.ceil(all.length / HINTS_IN_BATCH) }, (_, index) =>
      all.slice(index * HINTS_IN_BATCH, (index + 1) * HINTS_IN_BATCH),
    )
    const pages = await mapConcurrently(batches, this.#context.settings.concurrencyMax, batch => {
      const keys = batch.flatMap(({ key, versionId }) => [
        versionKey(tenant, key, versionId),
        versionKey(tenant, key, versionId + 1),
      ])
      return this.#context.table.batchGet(keys, deadline)
    })
    return newestOfPairs(
      pages.flatMap(({ items }) => items),
      hints,
    )
  }
}

/** Of each resource's two keys: the hinted version, if it is final and nothing is at the next number. */
function newestOfPairs(
  items: readonly Item[],
  hints: ReadonlyMap<string, { readonly versionId: number }>,
): Map<string, VersionItem> {
  const found = new Map<string, VersionItem>()
  const overtaken = new Set<string>()
  for (const item of items) {
    const { versionId } = addressOf(item)
    if (versionId === hints.get(item.partition)?.versionId && transactionOf(item) === undefined) {
      found.set(item.partition, item)
    } else overtaken.add(item.partition)
  }
  for (const partition of overtaken) found.delete(partition)
  return found
}
