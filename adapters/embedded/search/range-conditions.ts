/** Conditions on dates, numbers and quantities. */
import type { Comparator, DateNode, NumberNode, QuantityNode } from '#service/search/ast.ts'
import { LAST_UPDATED_URL } from '../parameters.ts'
import { NEVER } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { type Fragment, sql } from './fragment.ts'
import { type Bounds, UNBOUNDED_ENDS } from './range.ts'
import { endsOf, indexRows, type RangeColumns, type RangeRows, rangeCondition, resourceTimes } from './range-rows.ts'

type Ends = Partial<Bounds>

/** What is true of every row that matches; undefined where that would say nothing. */
interface RangeTest {
  readonly match: (columns: RangeColumns) => Fragment
  readonly ends: Ends | undefined
}

type DateTest = (low: number, high: number) => RangeTest

/** The searched range is low to high, both ranges with an exclusive end; as in service/search/evaluate.ts. */
const DATE_TESTS: Readonly<Record<Comparator, DateTest>> = {
  eq: (low, high) => ({
    match: is => sql`(${is.low('>=', low)} AND ${is.high('<=', high)})`,
    ends: { lowMin: low, highMax: high },
  }),
  ne: (low, high) => ({ match: is => sql`(${is.low('<', low)} OR ${is.high('>', high)})`, ends: undefined }),
  gt: (_low, high) => ({ match: is => is.high('>', high), ends: { highMin: high } }),
  lt: low => ({ match: is => is.low('<', low), ends: { lowMax: low } }),
  ge: (low, high) => ({
    match: is => sql`(${is.high('>', high)} OR (${is.low('>=', low)} AND ${is.high('<=', high)}))`,
    ends: { highMin: low },
  }),
  le: (low, high) => ({
    match: is => sql`(${is.low('<', low)} OR (${is.low('>=', low)} AND ${is.high('<=', high)}))`,
    ends: { lowMax: high },
  }),
  sa: (_low, high) => ({ match: is => is.low('>=', high), ends: { lowMin: high } }),
  eb: low => ({ match: is => is.high('<=', low), ends: { highMax: low } }),
  ap: (low, high) => ({
    match: is => sql`(${is.low('<', high)} AND ${is.high('>', low)})`,
    ends: { lowMax: high, highMin: low },
  }),
}

type NumberTest = (node: { value: number; low: number; high: number }) => RangeTest

const NUMBER_TESTS: Readonly<Record<Comparator, NumberTest>> = {
  eq: ({ low, high }) => ({
    match: is => sql`(${is.low('>=', low)} AND ${is.high('<', high)})`,
    ends: { lowMin: low, highMax: high },
  }),
  ne: ({ low, high }) => ({ match: is => sql`(${is.low('<', low)} OR ${is.high('>=', high)})`, ends: undefined }),
  gt: ({ value }) => ({ match: is => is.high('>', value), ends: { highMin: value } }),
  lt: ({ value }) => ({ match: is => is.low('<', value), ends: { lowMax: value } }),
  ge: ({ value }) => ({ match: is => is.high('>=', value), ends: { highMin: value } }),
  le: ({ value }) => ({ match: is => is.low('<=', value), ends: { lowMax: value } }),
  sa: ({ value }) => ({ match: is => is.low('>', value), ends: { lowMin: value } }),
  eb: ({ value }) => ({ match: is => is.high('<', value), ends: { highMax: value } }),
  ap: ({ low, high }) => ({
    match: is => sql`(${is.low('<=', high)} AND ${is.high('>=', low)})`,
    ends: { lowMax: high, highMin: low },
  }),
}

export function dateCondition(context: CompileContext, node: DateNode): Condition {
  const test = DATE_TESTS[node.comparator](node.low, node.high)
  if (node.parameter.url === LAST_UPDATED_URL) {
    const other = context.dictionary.kind(context.tenant, node.parameter.resourceType) !== context.kind
    return other ? NEVER : rangeOf(context, resourceTimes(context), test)
  }
  const parameter = parameterNumber(context, node.parameter)
  return parameter === undefined ? NEVER : rangeOf(context, indexRows(context, 'date', parameter), test)
}

export function numberCondition(context: CompileContext, node: NumberNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  return rangeOf(context, indexRows(context, 'amount', parameter), NUMBER_TESTS[node.comparator](node))
}

export function quantityCondition(context: CompileContext, node: QuantityNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const test = NUMBER_TESTS[node.comparator](node)
  return rangeOf(context, indexRows(context, 'amount', parameter), test, unitsOf(node))
}

/** Of a row of a composite, whose ends are columns of these names too. */
export const dateMatch = (row: Fragment, { comparator, low, high }: DateNode): Fragment =>
  DATE_TESTS[comparator](low, high).match(endsOf(row))

export const numberMatch = (row: Fragment, node: NumberNode | QuantityNode): Fragment =>
  NUMBER_TESTS[node.comparator](node).match(endsOf(row))

/** Units are a table of their own: a quantity row holds only a number for system, code and unit. */
export function unitsOf({ system, code }: QuantityNode): Fragment | undefined {
  if (system !== undefined) {
    return code === undefined
      ? sql`SELECT id FROM unit WHERE system = ${system}`
      : sql`SELECT id FROM unit WHERE system = ${system} AND code = ${code}`
  }
  return code === undefined ? undefined : sql`SELECT id FROM unit WHERE code = ${code} OR unit = ${code}`
}

function rangeOf(context: CompileContext, rows: RangeRows, test: RangeTest, units?: Fragment): Condition {
  const match = (row: Fragment): Fragment => {
    const ends = test.match(rows.columns(row))
    return units ? sql`${ends} AND ${row}.unit IN (${units})` : ends
  }
  const range = { name: rows.name, bounds: { ...UNBOUNDED_ENDS, ...test.ends }, match }
  return rangeCondition(context, rows, range)
}
