import type { Position } from '#service/ports/search-index.ts'
import { both, direction, selectOf } from './combine.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { allOf, anyOf, type Fragment, limitTo, raw, sql } from './fragment.ts'
import { type Found, foundIn, keyPage } from './key-page.ts'
import { everyMatch } from './plan.ts'
import { impliedRanges } from './range.ts'
import { liveResources } from './resource-conditions.ts'
import type { SortTerm, Walk } from './sort-terms.ts'

export interface SortedPage {
  readonly terms: readonly SortTerm[]
  /** One value for each term, and the key. */
  readonly after: Position | undefined
  readonly limit: number
  /** Against the order of the terms, those without a value first. */
  readonly backwards: boolean
  /** Equals come by key, in the direction in which the first term is read. */
  readonly descendingKeys: boolean
}

/**
 * Few matches are sorted. Many are read in the order of an index until the page is full, and those without a value
 * behind them; backwards, before them.
 */
export function sortedPage(context: CompileContext, condition: Condition, page: SortedPage): Found[] {
  const [first, ...others] = page.terms
  if (!first) {
    const key = page.after?.at(-1)
    const after = typeof key === 'number' ? key : undefined
    return keyPage(context, condition, { after, descending: page.descendingKeys }, page.limit)
  }
  if (!first.walk || isSorted(context, condition, first.walk, page.limit)) return gathered(context, condition, page)
  const parts = [
    walked(context, condition, page, first, first.walk),
    valueless(context, condition, page, first, others),
  ]
  const rows: Found[] = []
  for (const part of page.backwards ? parts.toReversed() : parts) {
    if (rows.length < page.limit) rows.push(...part(page.limit - rows.length))
  }
  return rows
}

/** Sorting costs what there are of them; going through an index the more, the fewer of the resources they are. */
function isSorted(context: CompileContext, condition: Condition, { range }: Walk, limit: number): boolean {
  // All of what is walked matches.
  if (condition.range && condition.range.name === range) return false
  const source = condition.source()
  if (!source) return false
  const { estimatedRowsMax, walkedWeight } = context.limits
  // Of N matches among R resources, R / N rows are gone through for each of the page.
  const balance = Math.sqrt(limit * liveResources(context) * walkedWeight * (source.testCost ?? 1))
  const bound = Math.max(estimatedRowsMax, Math.ceil(balance))
  return source.estimate(bound) < bound
}

function gathered(
  context: CompileContext,
  condition: Condition,
  { terms, after, limit, backwards, descendingKeys }: SortedPage,
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
  const wanted = after ? behindPosition({ terms, columns, after, backwards }, keyColumn, descendingKeys) : raw('1')
  const page = sql`SELECT ${valued}.* FROM (${values}) ${valued} WHERE ${wanted}
    ORDER BY ${orderOf({ terms, columns, backwards })}${keyColumn} ${direction({ descending: descendingKeys })} ${limitTo(limit)}`
  return foundIn(context, page, sortColumns(terms))
}

/** Part of a page, of so many rows. */
type Part = (limit: number) => Found[]

const walked =
  (context: CompileContext, condition: Condition, page: SortedPage, first: SortTerm, walk: Walk): Part =>
  limit => {
    const { terms, after, backwards, descendingKeys } = page
    const start = after?.[0]
    // The page begins among those without a value: backwards, all that have one come behind it, else none.
    if (start === null && !backwards) return []
    const row = context.alias()
    const key = sql`${row}.key`
    const column = sql`${row}.${walk.column}`
    const columns = [column, ...terms.slice(1).map(term => term.value(key))]
    const falls = directionOf(first, backwards)
    const place =
      after && start !== undefined && start !== null
        ? // The position alone is not a range that the index could be entered by.
          [
            falls.descending ? sql`${column} <= ${start}` : sql`${column} >= ${start}`,
            behindPosition({ terms, columns, after, backwards }, key, descendingKeys),
          ]
        : []
    const within = walk.within?.(row, impliedRanges(condition)) ?? []
    // What costs a look-up of its own comes last.
    const chosen = walk.chosen ? [walk.chosen(row)] : []
    const others = orderOf({ terms: terms.slice(1), columns: columns.slice(1), backwards })
    const named = columns.map((each, index) => sql`${each} AS ${raw(`s${index}`)}`)
    const keys = sql`SELECT ${key} AS key${list(named)} FROM ${walk.from(row)}
    WHERE ${allOf([walk.where(row), ...within, ...place, condition.test(key, 'many'), ...chosen])}
    ORDER BY ${column} ${direction(falls)}, ${others}${key} ${direction({ descending: descendingKeys })} ${limitTo(limit)}`
    return foundIn(context, keys, sortColumns(terms))
  }

/** Those without a value of the first term, in the order of the others. */
const valueless =
  (
    context: CompileContext,
    condition: Condition,
    page: SortedPage,
    first: SortTerm,
    others: readonly SortTerm[],
  ): Part =>
  limit => {
    const { after, backwards } = page
    const isAmong = after?.[0] === null
    if (!first.missing || (after && backwards && !isAmong)) return []
    const rest = both(context, [condition, { test: first.missing, source: () => undefined }])
    const rows = sortedPage(context, rest, {
      ...page,
      terms: others,
      after: isAmong ? after.slice(1) : undefined,
      limit,
    })
    return rows.map(row => ({ ...row, sortValues: [null, ...row.sortValues] }))
  }

const sortColumns = (terms: readonly SortTerm[]): string[] => terms.map((_term, index) => `s${index}`)

const list = (columns: readonly Fragment[]): Fragment => ({
  text: columns.map(column => `, ${column.text}`).join(''),
  values: columns.flatMap(column => column.values),
})

interface Order {
  readonly terms: readonly SortTerm[]
  /** What each term is in the rows. */
  readonly columns: readonly Fragment[]
  readonly backwards: boolean
}

const directionOf = ({ descending }: SortTerm, backwards: boolean) => ({ descending: descending !== backwards })

/** Each term followed by a comma; missing values last in both directions of a term, first backwards. */
const orderOf = ({ terms, columns, backwards }: Order): Fragment => {
  const parts = terms.map((term, index) => {
    const column = columns[index] ?? raw('NULL')
    const ordered = sql`${column} ${direction(directionOf(term, backwards))}, `
    return term.missing ? sql`${column} IS NULL${raw(backwards ? ' DESC' : '')}, ${ordered}` : ordered
  })
  return { text: parts.map(part => part.text).join(''), values: parts.flatMap(part => part.values) }
}

/** Rows that come after the position in this order. */
function behindPosition(
  { terms, columns, after: position, backwards }: Order & { readonly after: Position },
  key: Fragment,
  descendingKeys: boolean,
): Fragment {
  const last = position[terms.length] ?? 0
  let behind = descendingKeys ? sql`${key} < ${last}` : sql`${key} > ${last}`
  for (const [index, term] of [...terms.entries()].reverse()) {
    const column = columns[index] ?? raw('NULL')
    const value = position[index] ?? null
    if (value === null) {
      const equal = sql`(${column} IS NULL AND ${behind})`
      behind = backwards ? anyOf([sql`${column} IS NOT NULL`, equal]) : equal
      continue
    }
    const further = directionOf(term, backwards).descending ? sql`${column} < ${value}` : sql`${column} > ${value}`
    const equal = sql`(${column} = ${value} AND ${behind})`
    behind = anyOf(backwards ? [further, equal] : [further, sql`${column} IS NULL`, equal])
  }
  return behind
}
