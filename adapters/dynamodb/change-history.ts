import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type { HistoryRequest } from '#service/ports/resource-store.ts'
import { afterTimeSort, changesPartition, timeSort } from './keys.ts'
import { type ItemPage, refusedPage } from './resource-history.ts'
import type { StoreContext } from './store-context.ts'
import { BATCH_KEYS_MAX, type Item, type Key } from './table.ts'
import type { TypeRegistry } from './type-registry.ts'
import type { VersionItem } from './version-item.ts'
import type { Watermark } from './watermark.ts'

/** An entry of the change index. */
interface Entry {
  readonly key: Key
  readonly changes: string
  readonly changed: string
}

/** Of a type or of everything, from the change index. What is newer than the watermark is not shown yet. */
export class ChangeHistory {
  readonly #context: StoreContext
  readonly #types: TypeRegistry
  readonly #watermark: Watermark

  constructor(context: StoreContext, types: TypeRegistry, watermark: Watermark) {
    this.#context = context
    this.#types = types
    this.#watermark = watermark
  }

  async read(tenant: Tenant, request: HistoryRequest): Promise<ItemPage> {
    const { type, count, deadline } = request
    const [shards, watermark] = await Promise.all([
      this.#types.read(tenant, deadline),
      this.#watermark.read(tenant, deadline),
    ])
    const partitions = [...shards]
      .filter(([each]) => type === undefined || each === type)
      .flatMap(([each, number]) => Array.from({ length: number }, (_, shard) => changesPartition(tenant, each, shard)))
    const until = Math.min(watermark, request.until ?? watermark)
    const range = { from: timeSort(request.since ?? 0), to: afterTimeSort(until), after: placeOf(request.after) }
    const found = await mapConcurrently(partitions, this.#context.settings.concurrencyMax, partition =>
      this.#entries(partition, range, count + 1, deadline),
    )
    const entries = found.flat().sort(newestFirst)
    const shown = entries.slice(0, count)
    const last = shown.at(-1)
    return {
      items: await this.#versions(shown, deadline),
      next: entries.length > count && last ? textOf(last) : undefined,
      total: undefined,
    }
  }

  async #entries(
    partition: string,
    { from, to, after }: { readonly from: string; readonly to: string; readonly after: Place | undefined },
    count: number,
    deadline: number,
  ): Promise<readonly Entry[]> {
    const upTo = after && after.changed < to ? after.changed : to
    if (from > upTo) return []
    const entries: Entry[] = []
    let bound = upTo
    for (;;) {
      // The entry where the page before ended may be among them, and the last one of the query before.
      const limit = count + 2 - entries.length
      const query = { index: 'changes', partition, from, to: bound, descending: true, limit } as const
      const page = await this.#context.table.query(query, deadline)
      const fresh = page.items.map(entryOf).filter(entry => isAfter(entry, after) && isAfter(entry, entries.at(-1)))
      entries.push(...fresh)
      if (!page.more || fresh.length === 0 || entries.length >= count) return entries.slice(0, count)
      bound = entries.at(-1)?.changed ?? bound
    }
  }

  /** Whole versions in the order of their entries. */
  async #versions(entries: readonly Entry[], deadline: number): Promise<readonly VersionItem[]> {
    const batches = Array.from({ length: Math.ceil(entries.length / BATCH_KEYS_MAX) }, (_, index) =>
      entries.slice(index * BATCH_KEYS_MAX, (index + 1) * BATCH_KEYS_MAX).map(({ key }) => key),
    )
    const { table, settings } = this.#context
    const pages = await mapConcurrently(batches, settings.concurrencyMax, keys => table.batchGet(keys, deadline))
    const items = new Map(pages.flatMap(page => page.items.map(item => [nameOf(item), item] as const)))
    return entries.flatMap(({ key }) => items.get(nameOf(key)) ?? [])
  }
}

const nameOf = ({ partition, sort }: Key): string => `${partition}/${sort}`

const entryOf = ({ partition, sort, changes, changed }: Item): Entry => ({
  key: { partition, sort },
  changes: String(changes),
  changed: String(changed),
})

/** Where a page ends. */
type Place = Pick<Entry, 'changes' | 'changed'>

/** By time, id and number; what is of one id and number in two types by the type. */
function newestFirst(left: Place, right: Place): number {
  if (left.changed !== right.changed) return left.changed < right.changed ? 1 : -1
  if (left.changes !== right.changes) return left.changes < right.changes ? 1 : -1
  return 0
}

const isAfter = (entry: Place, place: Place | undefined): boolean => !place || newestFirst(place, entry) < 0

/** Neither has a line break in it. */
const textOf = ({ changed, changes }: Place): string => `${changed}\n${changes}`

function placeOf(after: string | undefined): Place | undefined {
  if (after === undefined) return undefined
  const [changed, changes] = after.split('\n')
  if (!changed || !changes) throw refusedPage()
  return { changed, changes }
}
