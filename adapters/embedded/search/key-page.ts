import { VERSION_COLUMN_COUNT, VERSION_COLUMNS, type VersionRow } from '../version-row.ts'
import { beyond, direction } from './combine.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition, KeyBounds } from './condition.ts'
import { type Fragment, limitTo, raw, sql } from './fragment.ts'
import { sourceForKeyOrder } from './plan.ts'

export type SortValue = string | number | null

/** What a page holds of a resource. */
export interface Found {
  readonly key: number
  readonly id: string
  readonly newest: VersionRow
  readonly sortValues: readonly SortValue[]
}

type FoundRow = [...newest: VersionRow, key: number, id: string, ...sortValues: SortValue[]]

/**
 * Resources and their newest versions, in the order of a select of their keys, with what else it selects as the values
 * they are sorted by.
 */
export function foundIn(context: CompileContext, keys: Fragment, sortColumns: readonly string[] = []): Found[] {
  const page = context.alias()
  const found = context.alias()
  const sortValues = raw(sortColumns.map(column => `, ${page.text}.${column}`).join(''))
  const rows = context.reader.rows<FoundRow>(
    sql`SELECT ${raw(VERSION_COLUMNS)}, ${found}.key, ${found}.id${sortValues} FROM (${keys}) ${page}
      CROSS JOIN resource ${found} CROSS JOIN version v WHERE ${found}.key = ${page}.key AND v.seq = ${found}.seq`,
  )
  return rows.map(sortColumns.length === 0 ? unsortedOf : foundOf)
}

/** A version's columns stand first, so that the row is one of them as it is. */
const asVersion = (row: FoundRow): VersionRow => row as unknown as VersionRow

const unsortedOf = (row: FoundRow): Found => ({
  key: row[VERSION_COLUMN_COUNT],
  id: row[VERSION_COLUMN_COUNT + 1] as string,
  newest: asVersion(row),
  sortValues: NO_VALUES,
})

const NO_VALUES: readonly SortValue[] = []

const foundOf = (row: FoundRow): Found => ({
  ...unsortedOf(row),
  sortValues: row.slice(VERSION_COLUMN_COUNT + 2) as SortValue[],
})

/** A page in the order of keys, which is the order in which resources were created. */
export function keyPage(context: CompileContext, condition: Condition, bounds: KeyBounds, limit: number): Found[] {
  const source = sourceForKeyOrder(context, condition, limit)
  const distinct = raw(source.unique ? '' : 'DISTINCT ')
  // Rows of a merge come in order by themselves: SQLite would sort them again.
  const order = source.order === 'merged' ? raw('') : sql`ORDER BY 1 ${direction(bounds)}`
  return foundIn(
    context,
    sql`SELECT ${distinct}${source.key} AS key FROM ${source.from(bounds)}
      WHERE ${source.where}${beyond(source.key, bounds)} ${order} ${limitTo(limit)}`,
  )
}
