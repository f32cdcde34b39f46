/** Conditions on dates, numbers and quantities. */
import type { Comparator, DateNode, NumberNode, QuantityNode } from '#service/search/ast.ts'
import { LAST_UPDATED_URL } from '../parameters.ts'
import { NEVER } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { rowCondition } from './row-condition.ts'

/** Comparisons of the two ends of a stored range with values. */
export interface RangeColumns {
  low(operator: Operator, value: number): Fragment
  high(operator: Operator, value: number): Fragment
}

type Operator = '<' | '<=' | '>' | '>='

interface RangeTest {
  readonly match: Fragment
  /** A condition on one end alone that is true wherever `match` is; undefined where that would say nothing. */
  readonly lead: Fragment | undefined
}

type DateTest = (columns: RangeColumns, low: number, high: number) => RangeTest

const exact = (match: Fragment): RangeTest => ({ match, lead: match })

/** The searched range is low to high, both ranges with an exclusive end; as in service/search/evaluate.ts. */
const DATE_TESTS: Readonly<Record<Comparator, DateTest>> = {
  eq: (is, low, high) => ({
    match: sql`(${is.low('>=', low)} AND ${is.high('<=', high)})`,
    lead: sql`(${is.low('>=', low)} AND ${is.low('<=', high)})`,
  }),
  ne: (is, low, high) => ({ match: sql`(${is.low('<', low)} OR ${is.high('>', high)})`, lead: undefined }),
  gt: (is, _low, high) => exact(is.high('>', high)),
  lt: (is, low) => exact(is.low('<', low)),
  ge: (is, low, high) => ({
    match: sql`(${is.high('>', high)} OR (${is.low('>=', low)} AND ${is.high('<=', high)}))`,
    lead: is.high('>=', low),
  }),
  le: (is, low, high) => ({
    match: sql`(${is.low('<', low)} OR (${is.low('>=', low)} AND ${is.high('<=', high)}))`,
    lead: is.low('<=', high),
  }),
  sa: (is, _low, high) => exact(is.low('>=', high)),
  eb: (is, low) => exact(is.high('<=', low)),
  ap: (is, low, high) => ({ match: sql`(${is.low('<', high)} AND ${is.high('>', low)})`, lead: is.high('>', low) }),
}

type NumberTest = (columns: RangeColumns, node: { value: number; low: number; high: number }) => RangeTest

const NUMBER_TESTS: Readonly<Record<Comparator, NumberTest>> = {
  eq: (is, { low, high }) => ({
    match: sql`(${is.low('>=', low)} AND ${is.high('<', high)})`,
    lead: sql`(${is.low('>=', low)} AND ${is.low('<=', high)})`,
  }),
  ne: (is, { low, high }) => ({ match: sql`(${is.low('<', low)} OR ${is.high('>=', high)})`, lead: undefined }),
  gt: (is, { value }) => exact(is.high('>', value)),
  lt: (is, { value }) => exact(is.low('<', value)),
  ge: (is, { value }) => exact(is.high('>=', value)),
  le: (is, { value }) => exact(is.low('<=', value)),
  sa: (is, { value }) => exact(is.low('>', value)),
  eb: (is, { value }) => exact(is.high('<', value)),
  ap: (is, { low, high }) => ({
    match: sql`(${is.low('<=', high)} AND ${is.high('>=', low)})`,
    lead: is.high('>=', low),
  }),
}

const columnsOf = (row: Fragment): RangeColumns => ({
  low: (operator, value) => sql`${row}.low ${raw(operator)} ${value}`,
  high: (operator, value) => sql`${row}.high ${raw(operator)} ${value}`,
})

export function dateCondition(context: CompileContext, node: DateNode): Condition {
  const test = (columns: RangeColumns) => DATE_TESTS[node.comparator](columns, node.low, node.high)
  if (node.parameter.url === LAST_UPDATED_URL) return lastUpdatedCondition(context, node, test)
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  return rangeCondition(context, 'date', parameter, test)
}

export function numberCondition(context: CompileContext, node: NumberNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  return rangeCondition(context, 'amount', parameter, columns => NUMBER_TESTS[node.comparator](columns, node))
}

export function quantityCondition(context: CompileContext, node: QuantityNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const units = unitsOf(node)
  return rangeCondition(context, 'amount', parameter, columns => NUMBER_TESTS[node.comparator](columns, node), units)
}

/** Of a row of a composite, whose ends are columns of these names too. */
export const dateMatch = (row: Fragment, { comparator, low, high }: DateNode): Fragment =>
  DATE_TESTS[comparator](columnsOf(row), low, high).match

export const numberMatch = (row: Fragment, node: NumberNode | QuantityNode): Fragment =>
  NUMBER_TESTS[node.comparator](columnsOf(row), node).match

/** Units are a table of their own: a quantity row holds only a number for system, code and unit. */
export function unitsOf({ system, code }: QuantityNode): Fragment | undefined {
  if (system !== undefined) {
    return code === undefined
      ? sql`SELECT id FROM unit WHERE system = ${system}`
      : sql`SELECT id FROM unit WHERE system = ${system} AND code = ${code}`
  }
  return code === undefined ? undefined : sql`SELECT id FROM unit WHERE code = ${code} OR unit = ${code}`
}

function rangeCondition(
  context: CompileContext,
  table: 'date' | 'amount',
  parameter: number,
  test: (columns: RangeColumns) => RangeTest,
  units?: Fragment,
): Condition {
  const bounded = test(columnsOf(raw('x'))).lead !== undefined
  return rowCondition(context, {
    table,
    parameter,
    match: row => {
      const { match } = test(columnsOf(row))
      return units ? sql`${match} AND ${row}.unit IN (${units})` : match
    },
    lead: row => test(columnsOf(row)).lead ?? raw('1'),
    access: bounded ? 'range' : 'scan',
    unique: false,
  })
}

/** One millisecond wide, and a column of the resource itself. */
function lastUpdatedCondition(
  context: CompileContext,
  node: DateNode,
  test: (columns: RangeColumns) => RangeTest,
): Condition {
  if (context.dictionary.kind(context.tenant, node.parameter.resourceType) !== context.kind) return NEVER
  const columns = (row: Fragment): RangeColumns => ({
    low: (operator, value) => sql`${row}.last_updated ${raw(operator)} ${value}`,
    high: (operator, value) => sql`${row}.last_updated ${raw(operator)} ${value - 1}`,
  })
  return {
    test(key) {
      const row = context.alias()
      return sql`EXISTS (SELECT 1 FROM resource ${row} WHERE ${row}.key = ${key} AND ${test(columns(row)).match})`
    },
    source() {
      const row = context.alias()
      const { match, lead } = test(columns(row))
      if (!lead) return undefined
      const key = raw(`${row.text}.key`)
      const from = sql`resource ${row} INDEXED BY resource_updated`
      const rows = sql`${row}.kind = ${context.kind} AND ${row}.deleted = 0 AND ${lead}`
      return {
        from: () => from,
        where: sql`${rows} AND tick(${key}) AND ${match}`,
        key,
        order: 'none',
        unique: true,
        estimate: bound => context.reader.estimate(sql`SELECT 1 FROM ${from} WHERE ${rows}`, bound),
      }
    },
  }
}
