import { invariant } from '#service/invariant.ts'
import type { RebuildRecord, RebuildRecords } from '#service/ports/rebuild-records.ts'
import { REBUILD_KEY } from './keys.ts'
import { RetryingTable, type RetryParts } from './retrying-table.ts'
import type { Condition, Table } from './table.ts'
import { optionalText } from './version-item.ts'

/** One item of the table: there is one index for all tenants. */
export class DynamoRebuildRecords implements RebuildRecords {
  readonly #table: Table

  constructor(table: Table, parts: RetryParts) {
    this.#table = new RetryingTable(table, parts)
  }

  async read(deadline: number): Promise<RebuildRecord | undefined> {
    const item = await this.#table.get(REBUILD_KEY, deadline)
    if (!item) return undefined
    const stamp = optionalText(item, 'stamp')
    invariant(stamp !== undefined && typeof item.record === 'string', 'the record of a rebuild has another form')
    const { index, old, places, ...rest } = JSON.parse(item.record) as StoredRecord
    return { ...rest, stamp, index, old, places: places.map(place => (place === '' ? undefined : place)) }
  }

  async replace(record: RebuildRecord, before: RebuildRecord | undefined, deadline: number): Promise<boolean> {
    const { stamp, places, ...rest } = record
    const stored: StoredRecord = { ...rest, places: places.map(place => (place === undefined ? '' : place)) }
    const item = { ...REBUILD_KEY, stamp, record: JSON.stringify(stored) }
    const outcome = await this.#table.write({ kind: 'put', item, condition: isStill(before) }, deadline)
    // An attempt before this one has landed, and its answer was lost.
    return outcome.done || outcome.found?.stamp === stamp
  }

  async remove(record: RebuildRecord, deadline: number): Promise<boolean> {
    const outcome = await this.#table.write({ kind: 'delete', key: REBUILD_KEY, condition: isStill(record) }, deadline)
    return outcome.done || !outcome.found
  }
}

type StoredRecord = Omit<RebuildRecord, 'stamp' | 'places'> & { readonly places: readonly (string | null)[] }

const isStill = (record: RebuildRecord | undefined): Condition => (record ? [{ stamp: record.stamp }] : ['absent'])
