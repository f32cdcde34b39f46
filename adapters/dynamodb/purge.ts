import type { Tenant } from '#service/call.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { concurrently } from './concurrently.ts'
import { addressOf, versionKey, versionPartition, versionSort } from './keys.ts'
import type { StoreContext } from './store-context.ts'
import type { Item } from './table.ts'
import { bodyPlaceOf, isPurged, purgedItem } from './version-item.ts'
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
    const { table, settings } = this.#context
    // Whoever counts the versions looks at the first one: it must be gone before others are.
    const first = await table.get(versionKey(tenant, key, 1), deadline)
    if (first) await this.#strip(first, deadline)
    const partition = versionPartition(tenant, key)
    const to = versionSort(versionId - 1)
    for (let from = versionSort(2); from <= to; ) {
      const page = await table.query({ partition, from, to }, deadline)
      await concurrently(page.items, settings.concurrencyMax, item => this.#strip(item, deadline))
      const last = page.items.at(-1)
      if (!page.more || !last) return true
      from = versionSort(addressOf(last).versionId + 1)
    }
    return true
  }

  /** What is elsewhere first: without its item nobody would find it any more. */
  async #strip(item: Item, deadline: number): Promise<void> {
    if (isPurged(item)) return
    const { table, overflow } = this.#context
    const place = bodyPlaceOf(item)
    if (place?.kind === 'overflow') await overflow.delete(place.key, deadline)
    await table.write({ kind: 'put', item: purgedItem(item) }, deadline)
  }
}
