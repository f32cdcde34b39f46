import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type {
  IndexedMarks,
  IndexedWrite,
  MarkedWrite,
  MarkedWrites,
  WriteMarkers,
} from '#service/ports/write-markers.ts'
import { MARK_SHARDS, markKey, marksPartition } from './keys.ts'
import { queryPages } from './query-pages.ts'
import type { StoreContext } from './store-context.ts'
import type { Item, Put } from './table.ts'

/** Some 25 KB. */
const WRITES_IN_MARK_MAX = 500

/** As long as the stream keeps changes: what it has lost by then must be indexed anew altogether. */
const MARK_SECONDS = 24 * 60 * 60

/** In which of a commit's marks a write is, by its place among the changes. A version keeps this number. */
export const markNumber = (index: number): number => Math.floor(index / WRITES_IN_MARK_MAX)

/** The mark's name, for who has indexed the version and takes it off. */
export const markName = (nonce: string, number: number): string => `${nonce}.${number}`

/** Says of each commit, in an item for each 500 writes, what it writes, until the index has it. */
export class WriteMarks implements WriteMarkers, IndexedMarks {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  async put(tenant: Tenant, writes: readonly MarkedWrite[], nonce: string, deadline: number): Promise<void> {
    const { table, clock, settings } = this.#context
    const expires = Math.ceil(clock.now() / 1000) + MARK_SECONDS
    const marks = [...Map.groupBy(writes, (_, index) => markName(nonce, markNumber(index)))]
    await mapConcurrently(marks, settings.concurrencyMax, ([mark, marked]) => {
      const put: Put = { kind: 'put', item: { ...markKey(tenant, mark), writes: new Set(marked.map(textOf)), expires } }
      return table.write(put, deadline)
    })
  }

  /** Of a commit that was certainly not committed. */
  async remove(tenant: Tenant, count: number, nonce: string, deadline: number): Promise<void> {
    const numbers = Array.from({ length: markNumber(count - 1) + 1 }, (_, number) => number)
    const { table, settings } = this.#context
    await mapConcurrently(numbers, settings.concurrencyMax, number =>
      table.write({ kind: 'delete', key: markKey(tenant, markName(nonce, number)) }, deadline),
    )
  }

  async unindexed(tenant: Tenant, limit: number, deadline: number): Promise<MarkedWrites> {
    const shards = Array.from({ length: MARK_SHARDS }, (_, shard) => shard)
    const found = await mapConcurrently(shards, MARK_SHARDS, shard => this.#ofShard(tenant, shard, limit, deadline))
    const writes = found.flat()
    return { writes: writes.slice(0, limit), complete: writes.length <= limit }
  }

  /** Writes of one mark in one request, mostly. What is not marked any more is no failure. */
  async indexed(tenant: Tenant, writes: readonly IndexedWrite[], deadline: number): Promise<void> {
    const marks = [...Map.groupBy(writes, ({ mark }) => mark)]
    await mapConcurrently(marks, this.#context.settings.concurrencyMax, ([mark, some]) =>
      this.#takeOff(tenant, mark, new Set(some.map(textOf)), deadline),
    )
  }

  async #takeOff(tenant: Tenant, mark: string, writes: ReadonlySet<string>, deadline: number): Promise<void> {
    const { table } = this.#context
    const key = markKey(tenant, mark)
    const whole = await table.write({ kind: 'delete', key, condition: [{ writes }] }, deadline)
    if (whole.done || !whole.found) return
    const subtract = { writes }
    const left = await table.write({ kind: 'update', key, set: {}, remove: [], subtract, condition: [{}] }, deadline)
    if (left.done) await table.write({ kind: 'delete', key, condition: [{ writes: undefined }] }, deadline)
  }

  /** Up to one more than the limit. */
  async #ofShard(tenant: Tenant, shard: number, limit: number, deadline: number): Promise<MarkedWrite[]> {
    const writes: MarkedWrite[] = []
    for await (const items of queryPages(this.#context.table, { partition: marksPartition(tenant, shard) }, deadline)) {
      for (const item of items) writes.push(...writesOf(item))
      if (writes.length > limit) break
    }
    return writes
  }
}

const textOf = ({ type, id, versionId }: MarkedWrite): string => `${type}/${id}/${versionId}`

function writesOf({ writes }: Item): MarkedWrite[] {
  if (!(writes instanceof Set)) return []
  return [...(writes as ReadonlySet<string>)].map(text => {
    const [type = '', id = '', versionId = ''] = text.split('/')
    return { type, id, versionId: Number(versionId) }
  })
}
