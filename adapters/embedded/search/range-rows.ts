/** Index rows with two ends, and how they are come by. */
import type { CompileContext } from './compile-context.ts'
import type { Condition, Source } from './condition.ts'
import { allOf, type Fragment, raw, sql, united } from './fragment.ts'
import { type Bounds, type Entry, entriesOf, type Range } from './range.ts'
import { byKey } from './row-condition.ts'

/** Comparisons of the two ends of a stored range with values. */
export interface RangeColumns {
  low(operator: Operator, value: number): Fragment
  high(operator: Operator, value: number): Fragment
}

type Operator = '<' | '<=' | '>' | '>='

interface List {
  readonly from: Fragment
  readonly where: Fragment
}

/** Rows of one parameter. */
export interface RangeRows {
  readonly name: string
  /** Whether no resource has two rows. */
  readonly single: boolean
  columns(row: Fragment): RangeColumns
  ofKey(row: Fragment, key: Fragment): List
  /** All rows within the bounds, and some others; no row is in two lists. Empty: there is no such list. */
  lists(row: Fragment, bounds: Bounds): readonly List[]
}

export const endsOf = (row: Fragment): RangeColumns => ({
  low: (operator, value) => sql`${row}.low ${raw(operator)} ${value}`,
  high: (operator, value) => sql`${row}.high ${raw(operator)} ${value}`,
})

/** What is wider is in the index TABLE_wide. Most dates are days or moments, most numbers have no width. */
export const WIDTHS = { date: 86_400_000, amount: 0 } as const

export type RangeTable = keyof typeof WIDTHS

/** True of the rows that the index of wide ones has, in the words of its definition. */
const isWide = (table: RangeTable, row: Fragment): Fragment =>
  table === 'date' ? sql`${row}.high - ${row}.low > ${raw(String(WIDTHS.date))}` : sql`${row}.high > ${row}.low`

export const rangeName = (table: RangeTable, parameter: number): string => `${table} ${parameter}`

export const hasWide = (context: CompileContext, table: RangeTable, parameter: number): boolean => {
  const row = raw('x')
  const { text, values } = sql`SELECT 1 FROM ${raw(`${table} x INDEXED BY ${table}_wide`)}
    WHERE x.parameter = ${parameter} AND ${isWide(table, row)} LIMIT 1`
  return context.reader.prepare<[number]>(text).get(...values) !== undefined
}

export const indexRows = (context: CompileContext, table: RangeTable, parameter: number): RangeRows => ({
  name: rangeName(table, parameter),
  single: context.dictionary.isSingle(parameter),
  columns: endsOf,
  ofKey: (row, key) => ({
    from: byKey(table, row),
    where: sql`${row}.key = ${key} AND ${row}.parameter = ${parameter}`,
  }),
  lists: (row, bounds) => entriesOf(bounds, WIDTHS[table]).map(entry => listOf(table, parameter, row, entry)),
})

function listOf(table: RangeTable, parameter: number, row: Fragment, entry: Entry): List {
  const ends = endsOf(row)
  const ofParameter = sql`${row}.parameter = ${parameter}`
  if (entry.by === 'wide') {
    const { highMin, lowBelow } = entry
    return {
      from: raw(`${table} ${row.text} INDEXED BY ${table}_wide`),
      where: allOf([ofParameter, isWide(table, row), ends.high('>=', highMin), ends.low('<', lowBelow)]),
    }
  }
  const { by, from, to } = entry
  return {
    from: raw(by === 'low' ? `${table} ${row.text}` : `${table} ${row.text} INDEXED BY ${table}_high`),
    where: allOf([ofParameter, ...between(ends[by], from, to)]),
  }
}

/** The time of each resource, a millisecond wide. */
export const resourceTimes = (context: CompileContext): RangeRows => ({
  name: RESOURCE_TIME,
  single: true,
  columns: timesOf,
  ofKey: (row, key) => ({ from: sql`resource ${row}`, where: sql`${row}.key = ${key}` }),
  lists(row, bounds) {
    const times = between(timesOf(row).low, ...timesBetween(bounds))
    if (times.length === 0) return []
    const live = sql`${row}.kind = ${context.kind} AND ${row}.deleted = 0`
    return [{ from: sql`resource ${row} INDEXED BY resource_updated`, where: allOf([live, ...times]) }]
  },
})

export const RESOURCE_TIME = 'resource time'

/** The high end lies a millisecond behind the low one. */
export const timesBetween = ({ lowMin, lowMax, highMin, highMax }: Bounds): readonly [from: number, to: number] => [
  Math.max(lowMin, highMin - 1),
  Math.min(lowMax, highMax - 1),
]

export const timesOf = (row: Fragment): RangeColumns => ({
  low: (operator, value) => sql`${row}.last_updated ${raw(operator)} ${value}`,
  high: (operator, value) => sql`${row}.last_updated ${raw(operator)} ${value - 1}`,
})

export const between = (column: RangeColumns['low'], from: number, to: number): Fragment[] => [
  ...(Number.isFinite(from) ? [column('>=', from)] : []),
  ...(Number.isFinite(to) ? [column('<=', to)] : []),
]

/** Some row of the resource lies in the range. */
export function rangeCondition(context: CompileContext, rows: RangeRows, own: Omit<Range, 'narrowed'>): Condition {
  const range: Range = { ...own, narrowed: narrower => rangeCondition(context, rows, narrower) }
  return {
    test(key) {
      const row = context.alias()
      const { from, where } = rows.ofKey(row, key)
      return sql`EXISTS (SELECT 1 FROM ${from} WHERE ${where} AND ${range.match(row)})`
    },
    source: () => rangeSource(context, rows, range),
    ...(rows.single && { range }),
  }
}

function rangeSource(context: CompileContext, rows: RangeRows, { bounds, match }: Range): Source | undefined {
  const row = context.alias()
  const key = raw(`${row.text}.key`)
  const lists = rows.lists(row, bounds)
  const [first] = lists
  if (!first) return undefined
  // One alias for all of them: one statement counts rows wherever the condition stands.
  const counted = () =>
    rows.lists(raw('counted'), bounds).map(({ from, where }) => sql`SELECT 1 FROM ${from} WHERE ${where}`)
  const common = {
    order: 'none',
    unique: rows.single,
    estimate: (bound: number) => context.reader.estimate(united(counted(), 'UNION ALL'), bound),
  } as const
  const wanted = ({ where }: List) => allOf([where, sql`tick(${key})`, match(row)])
  if (lists.length === 1) return { ...common, from: () => first.from, where: wanted(first), key }
  const both = context.alias()
  const selects = lists.map(list => sql`SELECT ${key} AS key FROM ${list.from} WHERE ${wanted(list)}`)
  return {
    ...common,
    from: () => sql`(${united(selects, 'UNION ALL')}) ${both}`,
    where: raw('1'),
    key: raw(`${both.text}.key`),
  }
}
