import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { addressOf, versionKey, versionPartition, versionSort } from './keys.ts'
import type { StoreContext } from './store-context.ts'
import type { Item } from './table.ts'
import { isPurged, overflowFolder, overflownVersion, purgedItem } from './version-item.ts'
import type { VersionReader } from './version-reader.ts'

/**
 * Takes versions away for good. Their slots stay: a number that was given is never free again, whoever comes late with
 * a write of it.
 */
export class Purge {
  readonly #context: StoreContext
  readonly #reader: VersionReader

  constructor(context: StoreContext, reader: VersionReader) {
    this.#context = context
    this.#reader = reader
  }

  /** Every version below that tombstone. @returns whether it was the newest version, and a tombstone. */
  async below(tenant: Tenant, key: ResourceKey, versionId: number, deadline: number): Promise<boolean> {
    const newest = await this.#reader.newest(tenant, key, deadline)
    if (newest?.deleted !== true || addressOf(newest).versionId !== versionId) return false
    if (versionId === 1) return true
    await this.#stripBelow(tenant, key, versionId, deadline)
    await this.#deleteBodies(tenant, key, versionId, deadline)
    return true
  }

  async #stripBelow(tenant: Tenant, key: ResourceKey, versionId: number, deadline: number): Promise<void> {
    const { table, settings } = this.#context
    // Whoever counts the versions looks at the first one: it must be gone before others are.
    const first = await table.get(versionKey(tenant, key, 1), deadline)
    if (first) await this.#strip(first, deadline)
    const partition = versionPartition(tenant, key)
    const to = versionSort(versionId - 1)
    for (let from = versionSort(2); from <= to; ) {
      const page = await table.query({ partition, from, to }, deadline)
      await mapConcurrently(page.items, settings.concurrencyMax, item => this.#strip(item, deadline))
      const last = page.items.at(-1)
      if (!page.more || !last) return
      from = versionSort(addressOf(last).versionId + 1)
    }
  }

  async #strip(item: Item, deadline: number): Promise<void> {
    if (!isPurged(item)) await this.#context.table.write({ kind: 'put', item: purgedItem(item) }, deadline)
  }

  /**
   * After the items, so that nobody reads one whose body is gone; found by their keys, so that those are gone as well
   * that no item names: of a purge that stopped here, and of writes that stopped before they were written.
   */
  async #deleteBodies(tenant: Tenant, key: ResourceKey, versionId: number, deadline: number): Promise<void> {
    const { overflow, settings } = this.#context
    const keys = await overflow.keysBelow(overflowFolder(tenant, key), deadline)
    // Above the tombstone somebody may write it anew meanwhile; its own number nobody gets any more.
    const old = keys.filter(each => overflownVersion(each) <= versionId)
    await mapConcurrently(old, settings.concurrencyMax, each => overflow.delete(each, deadline))
  }
}
