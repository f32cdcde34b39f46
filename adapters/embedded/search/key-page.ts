import { beyond, direction } from './combine.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition, KeyBounds, Source } from './condition.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { sourceForKeyOrder } from './plan.ts'

export type SortValue = string | number | null

export interface Found {
  readonly key: number
  readonly id: string
  readonly version: number
  readonly sortValues: readonly SortValue[]
}

/** A page in the order of keys, which is the order in which resources were created. */
export function keyPage(context: CompileContext, condition: Condition, bounds: KeyBounds, limit: number): Found[] {
  const source = sourceForKeyOrder(context, condition, limit)
  const page =
    source.order === 'none' ? sortedKeys(context, source, bounds, limit) : orderedKeys(context, source, bounds, limit)
  return context.reader
    .rows<[key: number, id: string, version: number]>(page)
    .map(([key, id, version]) => ({ key, id, version, sortValues: [] }))
}

function orderedKeys(context: CompileContext, source: Source, bounds: KeyBounds, limit: number): Fragment {
  const found = context.alias()
  const distinct = raw(source.unique ? '' : 'DISTINCT ')
  // Rows of a merge come in order by themselves: SQLite would sort them again.
  const order = source.order === 'index' ? sql`ORDER BY ${source.key} ${direction(bounds)}` : raw('')
  return sql`SELECT ${distinct}${source.key}, ${found}.id, ${found}.version
    FROM ${source.from(bounds)} CROSS JOIN resource ${found}
    WHERE ${source.where}${beyond(source.key, bounds)} AND ${found}.key = ${source.key} ${order} LIMIT ${limit}`
}

function sortedKeys(context: CompileContext, source: Source, bounds: KeyBounds, limit: number): Fragment {
  const found = context.alias()
  const page = context.alias()
  return sql`SELECT ${found}.key, ${found}.id, ${found}.version
    FROM (SELECT DISTINCT ${source.key} AS key FROM ${source.from(bounds)}
      WHERE ${source.where}${beyond(source.key, bounds)} ORDER BY 1 ${direction(bounds)} LIMIT ${limit}) ${page}
    CROSS JOIN resource ${found} WHERE ${found}.key = ${page}.key`
}
