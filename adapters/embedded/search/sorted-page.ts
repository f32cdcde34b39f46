import type { Position } from '#service/ports/search-index.ts'
import { both, direction, selectOf } from './combine.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { allOf, anyOf, type Fragment, limitTo, raw, sql } from './fragment.ts'
import { type Found, foundIn, keyPage } from './key-page.ts'
import { everyMatch } from './plan.ts'
import type { SortTerm, Walk } from './sort-terms.ts'

export interface SortedPage {
  readonly terms: readonly SortTerm[]
  /** One value for each term, and the key. */
  readonly after: Position | undefined
  readonly limit: number
  /** Equals come by key, in the direction of the first term. */
  readonly descendingKeys: boolean
}

/**
 * Few matches are sorted. Many are read in the order of an index until the page is full, and those without a value
 * behind them.
 */
export function sortedPage(context: CompileContext, condition: Condition, page: SortedPage): Found[] {
  const [first, ...others] = page.terms
  if (!first) {
    const key = page.after?.at(-1)
    const after = typeof key === 'number' ? key : undefined
    return keyPage(context, condition, { after, descending: page.descendingKeys }, page.limit)
  }
  const { estimatedRowsMax } = context.limits
  const few = (condition.source()?.estimate(estimatedRowsMax) ?? estimatedRowsMax) < estimatedRowsMax
  if (few || !first.walk) return gathered(context, condition, page)
  const behind = page.after?.[0] === null
  const walkedRows = behind ? [] : walked(context, condition, page, first, first.walk)
  const { missing } = first
  if (!missing || walkedRows.length >= page.limit) return walkedRows
  const rest = both(context, [condition, { test: missing, source: () => undefined }])
  const restRows = sortedPage(context, rest, {
    terms: others,
    after: behind ? page.after?.slice(1) : undefined,
    limit: page.limit - walkedRows.length,
    descendingKeys: page.descendingKeys,
  })
  return [...walkedRows, ...restRows.map(row => ({ ...row, sortValues: [null, ...row.sortValues] }))]
}

function gathered(
  context: CompileContext,
  condition: Condition,
  { terms, after, limit, descendingKeys }: SortedPage,
): Found[] {
  const source = condition.source() ?? everyMatch(context, condition)
  const match = context.alias()
  const valued = context.alias()
  const key = sql`${match}.key`
  const columns = terms.map((_term, index) => raw(`${valued.text}.s${index}`))
  const keyColumn = raw(`${valued.text}.key`)
  const keys = source.unique ? selectOf(source) : sql`SELECT DISTINCT key FROM (${selectOf(source)})`
  // The limit keeps SQLite from working out each value again wherever it is mentioned.
  const values = sql`SELECT ${key} AS key${list(terms.map((term, index) => sql`${term.value(key)} AS ${raw(`s${index}`)}`))}
    FROM (${keys}) ${match} LIMIT -1`
  const wanted = after ? behindPosition(terms, columns, keyColumn, after, descendingKeys) : raw('1')
  const page = sql`SELECT ${valued}.* FROM (${values}) ${valued} WHERE ${wanted}
    ORDER BY ${orderOf(terms, columns)}${keyColumn} ${direction({ descending: descendingKeys })} ${limitTo(limit)}`
  return foundIn(context, page, sortColumns(terms))
}

function walked(
  context: CompileContext,
  condition: Condition,
  { terms, after, limit, descendingKeys }: SortedPage,
  first: SortTerm,
  walk: Walk,
): Found[] {
  const row = context.alias()
  const key = sql`${row}.key`
  const column = sql`${row}.${walk.column}`
  const columns = [column, ...terms.slice(1).map(term => term.value(key))]
  const start = after?.[0]
  // The position alone, which follows, is not a range that the index could be entered by.
  const entry =
    start === undefined || start === null
      ? []
      : [first.descending ? sql`${column} <= ${start}` : sql`${column} >= ${start}`]
  const wanted = after ? [behindPosition(terms, columns, key, after, descendingKeys)] : []
  const others = orderOf(terms.slice(1), columns.slice(1))
  const named = columns.map((each, index) => sql`${each} AS ${raw(`s${index}`)}`)
  const keys = sql`SELECT ${key} AS key${list(named)} FROM ${walk.from(row)}
    WHERE ${allOf([...entry, walk.where(row), ...wanted, condition.test(key)])}
    ORDER BY ${column} ${direction(first)}, ${others}${key} ${direction({ descending: descendingKeys })} ${limitTo(limit)}`
  return foundIn(context, keys, sortColumns(terms))
}

const sortColumns = (terms: readonly SortTerm[]): string[] => terms.map((_term, index) => `s${index}`)

const list = (columns: readonly Fragment[]): Fragment => ({
  text: columns.map(column => `, ${column.text}`).join(''),
  values: columns.flatMap(column => column.values),
})

/** Each term followed by a comma; missing values last in both directions. */
const orderOf = (terms: readonly SortTerm[], columns: readonly Fragment[]): Fragment => {
  const parts = terms.map((term, index) => {
    const column = columns[index] ?? raw('NULL')
    return term.missing ? sql`${column} IS NULL, ${column} ${direction(term)}, ` : sql`${column} ${direction(term)}, `
  })
  return { text: parts.map(part => part.text).join(''), values: parts.flatMap(part => part.values) }
}

/** Rows that come after the position in this order. */
function behindPosition(
  terms: readonly SortTerm[],
  columns: readonly Fragment[],
  key: Fragment,
  position: Position,
  descendingKeys: boolean,
): Fragment {
  const last = position[terms.length] ?? 0
  let behind = descendingKeys ? sql`${key} < ${last}` : sql`${key} > ${last}`
  for (let index = terms.length - 1; index >= 0; index--) {
    const column = columns[index] ?? raw('NULL')
    const value = position[index] ?? null
    if (value === null) {
      behind = sql`(${column} IS NULL AND ${behind})`
      continue
    }
    const further = terms[index]?.descending ? sql`${column} < ${value}` : sql`${column} > ${value}`
    behind = anyOf([further, sql`${column} IS NULL`, sql`(${column} = ${value} AND ${behind})`])
  }
  return behind
}
