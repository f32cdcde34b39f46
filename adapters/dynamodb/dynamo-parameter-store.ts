import type { Tenant } from '#service/call.ts'
import { isAway } from '#service/fault.ts'
import type { ParameterScan, ParameterScanPage, ParameterStore } from '#service/ports/parameter-store.ts'
import type { SearchWriter } from '#service/ports/search-writer.ts'
import type { IndexDocument } from '#service/search/document.ts'
import type { DynamoParameterSource, ParameterSourceParts } from './dynamo-parameter-source.ts'
import { addressOf, changesPartition } from './keys.ts'
import type { Pace } from './pace.ts'
import type { TypeRegistry } from './type-registry.ts'
import type { VersionItem } from './version-item.ts'

export interface ParameterStoreParts extends ParameterSourceParts {
  readonly pace: Pace
  readonly source: DynamoParameterSource
  readonly types: TypeRegistry
  /** Where documents go. */
  readonly writer: SearchWriter
  readonly baseUrl: string | undefined
}

const FIRST_DELAY_MS = 200
const DELAY_MS_MAX = 10_000

/** A tenant's own search parameters over the table and an index that is written later. */
export class DynamoParameterStore implements ParameterStore {
  readonly baseUrl: string | undefined
  readonly #parts: ParameterStoreParts

  constructor(parts: ParameterStoreParts) {
    this.baseUrl = parts.baseUrl
    this.#parts = parts
  }

  revisionAtHand(): undefined {
    return this.#parts.source.revisionAtHand()
  }

  revision(tenant: Tenant, deadline: number) {
    return this.#parts.source.revision(tenant, deadline)
  }

  read(tenant: Tenant, deadline: number) {
    return this.#parts.source.read(tenant, deadline)
  }

  /**
   * Through the change index, a shard after the other, oldest change first. It follows the table with a delay: what was
   * committed before `since` is there once that has passed.
   */
  async scan(tenant: Tenant, { type, after, count, since, deadline }: ParameterScan): Promise<ParameterScanPage> {
    const { context, types, reader, bodies } = this.#parts
    await this.#waitUntil(since + context.settings.indexLagMs + context.settings.clockSkewMs)
    const place = after === undefined ? undefined : placeOf(after)
    const shards = place?.shards ?? (await types.read(tenant, deadline)).get(type) ?? 0
    if (shards === 0) return { versions: [], next: undefined }
    const { shard, changed } = place ?? { shard: 0, changed: '' }
    const partition = changesPartition(tenant, type, shard)
    const page = await context.table.query(
      // Nothing sorts between a text and itself with the lowest character behind it.
      { index: 'changes', partition, limit: count, ...(changed !== '' && { from: `${changed}\u0000` }) },
      deadline,
    )
    // Of a resource that is there several times, the newest: the page is in their order.
    const hints = new Map(page.items.map(item => [item.partition, addressOf(item)]))
    const newest = await reader.newestOfMany(tenant, [...hints.values()], deadline)
    const last = page.items.at(-1)
    return {
      versions: await bodies.load(newest.filter(isLive), deadline),
      next: nextText({ shards, shard, changed: page.more && last ? String(last.changed) : undefined }),
    }
  }

  /**
   * Documents by newer search parameters stay: the index tells by their revision. One that it refuses is found by the
   * parameters once it is written the next time.
   */
  async reindex(tenant: Tenant, _revision: number, documents: readonly IndexDocument[], deadline: number) {
    const { context, pace, writer } = this.#parts
    let left = documents
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, DELAY_MS_MAX)) {
      const some = left
      const unwritten = await writer.write(tenant, some, deadline).catch((error: unknown) => {
        if (!isAway(error) || context.clock.now() + delayMs >= deadline) throw error
        return undefined
      })
      const rejected = unwritten?.filter(({ kind }) => kind === 'rejected') ?? []
      for (const { position, cause } of rejected)
        context.logger.error('The index refuses a resource', {
          type: some[position]?.type,
          id: some[position]?.id,
          cause,
        })
      left = unwritten?.flatMap(({ kind, position }) => (kind === 'busy' ? (some[position] ?? []) : [])) ?? some
      if (left.length === 0) return
      await pace.wait(delayMs)
    }
  }

  refresh(deadline: number): Promise<void> {
    return this.#parts.writer.refresh(deadline)
  }

  async #waitUntil(time: number): Promise<void> {
    const { context, pace } = this.#parts
    const leftMs = time - context.clock.now()
    if (leftMs > 0) await pace.wait(leftMs)
  }
}

const isLive = (item: VersionItem | undefined): item is VersionItem => item !== undefined && item.deleted !== true

interface ScanPlace {
  readonly shards: number
  readonly shard: number
  readonly changed: string
}

/** Keys hold no line breaks. */
const nextText = ({
  shards,
  shard,
  changed,
}: Omit<ScanPlace, 'changed'> & { readonly changed: string | undefined }) => {
  if (changed !== undefined) return `${shards}\n${shard}\n${changed}`
  return shard + 1 < shards ? `${shards}\n${shard + 1}\n` : undefined
}

function placeOf(after: string): ScanPlace {
  const [shards, shard, changed = ''] = after.split('\n')
  return { shards: Number(shards), shard: Number(shard), changed }
}
