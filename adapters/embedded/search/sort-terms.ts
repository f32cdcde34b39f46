/** What resources are sorted by, in SQL. What it means is said by service/search/sort.ts. */
import type { SearchParameterType } from '#schema/tables.ts'
import type { ParameterReference, SortHop, SortKey } from '#service/search/ast.ts'
import { type WordPlace, wordPlaceOf } from '#service/search/document.ts'
import { ID_URL, LAST_UPDATED_URL } from '../parameters.ts'
import { compileQuery } from './compile.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { boundsOfEnd, type Range } from './range.ts'
import {
  between,
  endsOf,
  hasWide,
  type RangeTable,
  RESOURCE_TIME,
  rangeName,
  timesBetween,
  timesOf,
  WIDTHS,
} from './range-rows.ts'
import { byKey, type IndexTable } from './row-condition.ts'

export interface SortTerm {
  readonly descending: boolean
  /** The value of the resource whose key this expression gives; NULL where it has none. */
  value(key: Fragment): Fragment
  /** Rows of an index that lie in this order; undefined where there is none. */
  readonly walk: Walk | undefined
  /** True of resources without a value; undefined where every resource has one. */
  readonly missing: ((key: Fragment) => Fragment) | undefined
}

export interface Walk {
  /** What stands behind FROM, under this alias. */
  from(row: Fragment): Fragment
  /** Rows of this parameter. */
  where(row: Fragment): Fragment
  /** Of several rows of one resource only the one that it is sorted by; undefined: there is no more than one. */
  readonly chosen?: (row: Fragment) => Fragment
  readonly column: Fragment
  /** The name of ranges that are about the rows walked. */
  readonly range?: string
  /** What the column is certainly within where these ranges hold. */
  within?(row: Fragment, ranges: readonly Range[]): readonly Fragment[]
}

/** As service/search/sort.ts joins code and system. */
const TOKEN_SEPARATOR = '\u0001'

export function sortTerm(context: CompileContext, { parameter, descending, through }: SortKey): SortTerm {
  if (through) return chainedTerm(context, { parameter, descending }, through)
  if (context.dictionary.kind(context.tenant, parameter.resourceType) === context.kind) {
    if (parameter.url === LAST_UPDATED_URL) return columnTerm(context, descending, 'last_updated', 'resource_updated')
    if (parameter.url === ID_URL) return columnTerm(context, descending, 'id', 'resource_id')
  }
  const place = wordPlaceOf(parameter)
  if (place) return lengthTerm(context, descending, parameter, place)
  const number = parameterNumber(context, parameter)
  const layout = LAYOUTS[parameter.kind]
  if (number === undefined || !layout) {
    return valueless(descending)
  }
  return rowTerm(context, number, descending, layout)
}

/** Few matches are sorted so; no index has them in order. */
function chainedTerm(context: CompileContext, key: SortKey, { parameter, query }: SortHop): SortTerm {
  const { descending } = key
  const reference = parameterNumber(context, parameter)
  const kind = context.dictionary.kind(context.tenant, query.type)
  if (reference === undefined || kind === undefined) return valueless(descending)
  const inner = context.enter(kind)
  const condition = compileQuery(inner, query)
  const term = sortTerm(inner, key)
  const value = (candidate: Fragment): Fragment => {
    const link = context.alias()
    const target = context.alias()
    const targetKey = sql`${target}.key`
    return sql`(SELECT ${raw(descending ? 'max' : 'min')}(${term.value(targetKey)})
      FROM ${byKey('reference', link)} CROSS JOIN resource ${target}
      WHERE ${link}.key = ${candidate} AND ${link}.parameter = ${reference} AND ${link}.target_kind = ${kind}
      AND ${target}.kind = ${kind} AND ${target}.id = ${link}.target AND ${target}.deleted = 0
      AND ${condition.test(targetKey)})`
  }
  return { descending, value, walk: undefined, missing: candidate => sql`${value(candidate)} IS NULL` }
}

/** No resource has a value. */
const NOTHING: Walk = { from: row => sql`resource ${row}`, where: () => raw('0'), column: raw('id') }

const valueless = (descending: boolean): SortTerm => ({
  descending,
  value: () => raw('NULL'),
  walk: NOTHING,
  missing: () => raw('1'),
})

/** How a kind of parameter is sorted. */
interface Layout {
  readonly table: IndexTable
  /** The value of a row. */
  readonly value: (row: Fragment, descending: boolean) => Fragment
  /**
   * Columns of a row, value first, that tell rows of one resource apart; undefined where no index has them in order.
   */
  readonly columns?: (descending: boolean) => readonly string[]
  /** Index that has them in order; undefined: the table itself. */
  readonly index?: (descending: boolean) => string | undefined
}

const column =
  (name: string) =>
  (row: Fragment): Fragment =>
    sql`${row}.${raw(name)}`

const end = (row: Fragment, descending: boolean): Fragment => column(descending ? 'high' : 'low')(row)

const AMOUNT: Layout = {
  table: 'amount',
  value: end,
  columns: descending => (descending ? ['high', 'low', 'unit'] : ['low', 'high', 'unit']),
  index: descending => (descending ? 'amount_high' : undefined),
}

const LAYOUTS: Readonly<Record<SearchParameterType, Layout | undefined>> = {
  date: {
    table: 'date',
    value: end,
    columns: descending => (descending ? ['high', 'low'] : ['low', 'high']),
    index: descending => (descending ? 'date_high' : undefined),
  },
  number: AMOUNT,
  quantity: AMOUNT,
  string: { table: 'string', value: column('normalized'), columns: () => ['normalized', 'original'] },
  token: {
    table: 'token',
    value: row => sql`${row}.code || ${TOKEN_SEPARATOR} || (SELECT text FROM system WHERE id = ${row}.system)`,
  },
  uri: { table: 'token', value: column('code'), columns: () => ['code', 'system'] },
  reference: {
    table: 'reference',
    value: row =>
      sql`iif(${row}.target_kind = 0, ${row}.target, (SELECT type FROM kind WHERE id = ${row}.target_kind) || '/' || ${row}.target)`,
  },
  composite: undefined,
  special: undefined,
}

function rowTerm(context: CompileContext, parameter: number, descending: boolean, layout: Layout): SortTerm {
  const extreme = raw(descending ? 'max' : 'min')
  return {
    descending,
    value(key) {
      const row = context.alias()
      const value = layout.value(row, descending)
      return sql`(SELECT ${extreme}(${value}) FROM ${byKey(layout.table, row)} WHERE ${row}.key = ${key} AND ${row}.parameter = ${parameter})`
    },
    walk: layout.columns && walkOf(context, parameter, descending, layout, layout.columns(descending)),
    missing(key) {
      const row = context.alias()
      return sql`NOT EXISTS (SELECT 1 FROM ${byKey(layout.table, row)} WHERE ${row}.key = ${key} AND ${row}.parameter = ${parameter})`
    },
  }
}

function walkOf(
  context: CompileContext,
  parameter: number,
  descending: boolean,
  layout: Layout,
  columns: readonly string[],
): Walk {
  const { table } = layout
  const index = layout.index?.(descending)
  const walk: Walk = {
    from: row => sql`${raw(table)} ${row}${raw(index ? ` INDEXED BY ${index}` : '')}`,
    where: row => sql`${row}.parameter = ${parameter} AND tick(${row}.key)`,
    column: raw(columns[0] ?? ''),
  }
  const ranges = table === 'date' || table === 'amount' ? table : undefined
  if (ranges && context.dictionary.isSingle(parameter)) {
    const end = descending ? 'high' : 'low'
    const rows = { table: ranges, parameter, end } as const
    return {
      ...walk,
      range: rangeName(ranges, parameter),
      within: (row, all) => withinRange(context, rows, row, all),
    }
  }
  const beyond = raw(descending ? '>' : '<')
  const tuple = (row: Fragment) => raw(`(${columns.map(name => `${row.text}.${name}`).join(', ')})`)
  return {
    ...walk,
    chosen(row) {
      const other = context.alias()
      return sql`NOT EXISTS (
        SELECT 1 FROM ${byKey(table, other)} WHERE ${other}.key = ${row}.key AND ${other}.parameter = ${parameter}
        AND ${tuple(other)} ${beyond} ${tuple(row)})`
    },
  }
}

interface WalkedRows {
  readonly table: RangeTable
  readonly parameter: number
  readonly end: 'low' | 'high'
}

/** A wide row may lie in a range although the end that is walked by is far from it. */
function withinRange(
  context: CompileContext,
  { table, parameter, end }: WalkedRows,
  row: Fragment,
  ranges: readonly Range[],
): readonly Fragment[] {
  const range = ranges.find(({ name }) => name === rangeName(table, parameter))
  if (!range) return []
  const width = hasWide(context, table, parameter) ? Number.POSITIVE_INFINITY : WIDTHS[table]
  return between(endsOf(row)[end], ...boundsOfEnd(range.bounds, end, width))
}

/** Of data of before there are none until they are written anew. No index has them in order. */
function lengthTerm(
  context: CompileContext,
  descending: boolean,
  { resourceType }: ParameterReference,
  place: WordPlace,
): SortTerm {
  if (context.dictionary.kind(context.tenant, resourceType) !== context.kind) return valueless(descending)
  const value = (key: Fragment) => sql`(SELECT ${raw(place)} FROM text_length WHERE key = ${key})`
  return { descending, value, walk: undefined, missing: key => sql`${value(key)} IS NULL` }
}

/** A column of the resource, which every resource has. */
function columnTerm(
  context: CompileContext,
  descending: boolean,
  name: 'id' | 'last_updated',
  index: string,
): SortTerm {
  return {
    descending,
    value(key) {
      const row = context.alias()
      return sql`(SELECT ${row}.${raw(name)} FROM resource ${row} WHERE ${row}.key = ${key})`
    },
    walk: {
      from: row => sql`resource ${row} INDEXED BY ${raw(index)}`,
      where: row => sql`${row}.kind = ${context.kind} AND ${row}.deleted = 0 AND tick(${row}.key)`,
      column: raw(name),
      ...(name === 'last_updated' && { range: RESOURCE_TIME, within: timesWithin }),
    },
    missing: undefined,
  }
}

function timesWithin(row: Fragment, ranges: readonly Range[]): readonly Fragment[] {
  const range = ranges.find(({ name }) => name === RESOURCE_TIME)
  return range ? between(timesOf(row).low, ...timesBetween(range.bounds)) : []
}
