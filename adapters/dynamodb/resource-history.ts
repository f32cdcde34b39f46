import type { Tenant } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import type { HistoryRequest } from '#service/ports/resource-store.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { addressOf, isVersionNumber, versionKey, versionPartition, versionSort } from './keys.ts'
import type { StoreContext } from './store-context.ts'
import { isPurged, timeOf, transactionOf, type VersionItem } from './version-item.ts'
import type { VersionReader } from './version-reader.ts'

export interface ItemPage {
  readonly items: readonly VersionItem[]
  readonly next: string | undefined
  readonly total: number | undefined
}

export const refusedPage = () =>
  fault('invalid', 'The page of the history was not made by this server: follow the next link as it is.')

/** Of one resource, from the table itself: strongly consistent, and complete. */
export class ResourceHistory {
  readonly #context: StoreContext
  readonly #reader: VersionReader

  constructor(context: StoreContext, reader: VersionReader) {
    this.#context = context
    this.#reader = reader
  }

  async read(tenant: Tenant, key: ResourceKey, request: HistoryRequest): Promise<ItemPage> {
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, count, deadline } = request
    const place = request.after === undefined ? undefined : placeOf(request.after)
    const items: VersionItem[] = []
    let newest = place?.newest
    let below = place?.versionId
    // One more than wanted tells whether there is another page.
    while (items.length <= count && below !== 1) {
      const page = await this.#page(tenant, key, below, count + 1 - items.length, deadline)
      newest ??= page.items[0] && addressOf(page.items[0]).versionId
      // What is below a purged one is purged too, or about to be.
      const kept = page.items.slice(0, endOfKept(page.items))
      items.push(...kept.filter(item => timeOf(item) >= since && timeOf(item) <= until))
      const last = kept.at(-1)
      if (!page.more || !last || kept.length < page.items.length || timeOf(last) < since) break
      below = addressOf(last).versionId
    }
    const shown = items.slice(0, count)
    const last = shown.at(-1)
    const hasMore = items.length > count
    const isAll = request.since === undefined && request.until === undefined
    return {
      items: shown,
      next: hasMore && last ? textOf({ versionId: addressOf(last).versionId, newest: newest ?? 0 }) : undefined,
      total: !isAll ? undefined : !place && !hasMore ? items.length : await this.#total(tenant, key, newest, deadline),
    }
  }

  /** Versions are numbered from 1 without gaps; where some are purged the first one is, and nobody has counted. */
  async #total(tenant: Tenant, key: ResourceKey, newest = 0, deadline: number): Promise<number | undefined> {
    const first = await this.#context.table.get(versionKey(tenant, key, 1), deadline)
    return first && !isPurged(first) ? newest : undefined
  }

  /** Committed versions below a number, newest first. */
  async #page(tenant: Tenant, key: ResourceKey, below: number | undefined, limit: number, deadline: number) {
    for (;;) {
      const partition = versionPartition(tenant, key)
      const to = below === undefined ? {} : { to: versionSort(below - 1) }
      const page = await this.#context.table.query({ partition, ...to, descending: true, limit }, deadline)
      const [first] = page.items
      if (!first || transactionOf(first) === undefined) return page
      const top = await this.#reader.committedFrom(tenant, first, deadline)
      if (top === 'changed') continue
      if (!top) return { items: [], more: false }
      const { versionId } = addressOf(top)
      return { items: [top, ...page.items.filter(item => addressOf(item).versionId < versionId)], more: page.more }
    }
  }
}

function endOfKept(items: readonly VersionItem[]): number {
  const end = items.findIndex(isPurged)
  return end === -1 ? items.length : end
}

interface Place {
  /** The last version of the page before. */
  readonly versionId: number
  /** Of the resource when its first page was read. */
  readonly newest: number
}

const textOf = ({ versionId, newest }: Place): string => `${versionId}.${newest}`

function placeOf(after: string): Place {
  const [versionId = 0, newest = 0] = after.split('.').map(Number)
  if (!isVersionNumber(versionId) || !isVersionNumber(newest)) throw refusedPage()
  return { versionId, newest }
}
