import { invariant } from '#service/invariant.ts'
import type { ObjectSweepState, ObjectSweeps } from '#service/ports/object-sweeps.ts'
import { OBJECT_SWEEP_KEY } from './keys.ts'
import { RetryingTable, type RetryParts } from './retrying-table.ts'
import type { Table } from './table.ts'

/** One item of the table: one bucket is of all tenants, and one function at a time looks at it. */
export class DynamoObjectSweeps implements ObjectSweeps {
  readonly #table: Table

  constructor(table: Table, parts: RetryParts) {
    this.#table = new RetryingTable(table, parts)
  }

  async read(deadline: number): Promise<ObjectSweepState | undefined> {
    const item = await this.#table.get(OBJECT_SWEEP_KEY, deadline)
    if (!item) return undefined
    const { began, keptSince, after } = item
    invariant(typeof began === 'number' && typeof keptSince === 'number', 'the record of a sweep has another form')
    return { began, keptSince, after: typeof after === 'string' ? after : undefined }
  }

  async write({ began, keptSince, after }: ObjectSweepState, deadline: number): Promise<void> {
    const item = { ...OBJECT_SWEEP_KEY, began, keptSince, ...(after !== undefined && { after }) }
    await this.#table.write({ kind: 'put', item }, deadline)
  }
}
