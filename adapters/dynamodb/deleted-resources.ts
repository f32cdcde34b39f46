import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type { DeletedPage, DeletedRequest } from '#service/ports/resource-store.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { addressOf, changesPartition, keyOf, timeSort } from './keys.ts'
import { refusedPage } from './resource-history.ts'
import type { StoreContext } from './store-context.ts'
import { BATCH_KEYS_MAX, type Key } from './table.ts'
import type { TypeRegistry } from './type-registry.ts'
import { attributesOf, type VersionItem } from './version-item.ts'
import type { Watermark } from './watermark.ts'

/** In the change index: a shard of a type, and the entry behind which it goes on. */
interface Place {
  readonly type: string
  readonly shard: number
  /** '': from the first entry on. */
  readonly changed: string
}

/**
 * Nothing is sorted by compartment: goes through the change index of the tenant, shard by shard and oldest change
 * first, and reads what may be a tombstone. No first version is one, and most resources have no other.
 */
export class DeletedResources {
  readonly #context: StoreContext
  readonly #types: TypeRegistry
  readonly #watermark: Watermark

  constructor(context: StoreContext, types: TypeRegistry, watermark: Watermark) {
    this.#context = context
    this.#types = types
    this.#watermark = watermark
  }

  async page(tenant: Tenant, request: DeletedRequest): Promise<DeletedPage> {
    const { compartment, since = 0, count, deadline } = request
    const [types, until] = await Promise.all([
      this.#types.read(tenant, deadline),
      this.#watermark.read(tenant, deadline),
    ])
    const shards = [...types]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([type, number]) => Array.from({ length: number }, (_, shard) => ({ type, shard, changed: '' })))
    const place = request.after === undefined ? shards[0] : placeOf(request.after)
    if (!place) return { keys: [], next: undefined, until }
    const { type, shard, changed } = place
    const page = await this.#context.table.query(
      {
        index: 'changes',
        partition: changesPartition(tenant, type, shard),
        // Nothing sorts between a text and itself with the lowest character behind it.
        from: changed === '' ? timeSort(since) : `${changed}\u0000`,
        limit: count,
      },
      deadline,
    )
    const last = page.items.at(-1)
    const behind = shards.find(each => each.type > type || (each.type === type && each.shard > shard))
    const next = page.more && last ? { type, shard, changed: String(last.changed) } : behind
    const keys = await this.#deleted(
      page.items.filter(item => addressOf(item).versionId > 1),
      compartment,
      deadline,
    )
    return { keys, next: next && textOf(next), until }
  }

  async #deleted(keys: readonly Key[], compartment: string, deadline: number): Promise<readonly ResourceKey[]> {
    const { table, settings } = this.#context
    const batches = Array.from({ length: Math.ceil(keys.length / BATCH_KEYS_MAX) }, (_, index) =>
      keys.slice(index * BATCH_KEYS_MAX, (index + 1) * BATCH_KEYS_MAX).map(keyOf),
    )
    const pages = await mapConcurrently(batches, settings.concurrencyMax, batch => table.batchGet(batch, deadline))
    const found = new Map<string, ResourceKey>()
    for (const item of pages.flatMap(({ items }) => items as readonly VersionItem[])) {
      const { type, id, deleted, compartments } = attributesOf(item)
      if (deleted && compartments.includes(compartment)) found.set(item.partition, { type, id })
    }
    return [...found.values()]
  }
}

/** None of them has a line break in it. */
const textOf = ({ type, shard, changed }: Place): string => `${type}\n${shard}\n${changed}`

function placeOf(after: string): Place {
  const [type, shard, changed] = after.split('\n')
  if (!type || !shard || changed === undefined) throw refusedPage()
  return { type, shard: Number(shard), changed }
}
