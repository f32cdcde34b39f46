/** Conditions out of conditions. */

import { type Fault, fault } from '#service/fault.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition, KeyBounds, Source } from './condition.ts'
import { UNBOUNDED } from './condition.ts'
import { equalitiesTogether } from './equality.ts'
import { allOf, anyOf, type Fragment, raw, sql, united } from './fragment.ts'
import { impliedRanges, rangesTogether } from './range.ts'

export const ALWAYS: Condition = { test: () => raw('1'), source: () => undefined }

export const NEVER: Condition = {
  test: () => raw('0'),
  source: () => ({
    from: () => raw('(SELECT 0 AS key WHERE 0) t0'),
    where: raw('1'),
    key: raw('t0.key'),
    order: 'merged',
    unique: true,
    estimate: () => 0,
  }),
}

export function both(context: CompileContext, conditions: readonly Condition[]): Condition {
  const parts = rangesTogether(conditions.filter(condition => condition !== ALWAYS))
  const [first] = parts
  if (!first) return ALWAYS
  if (parts.includes(NEVER)) return NEVER
  if (parts.length === 1) return first
  return {
    implied: parts.flatMap(impliedRanges),
    test: (key, candidates) => allOf(parts.map(part => part.test(key, candidates))),
    source: once(() => {
      const lists = listsOf(context, parts)
      const best = shortest(lists)
      if (!best) return undefined
      const merged = lists.filter(list => isWorthMerging(context, list, best))
      const source = merged.length > 1 ? intersection(context, merged, best) : best.source
      const driving = merged.length > 1 ? merged : [best]
      const others = parts.filter(part => !driving.some(({ condition }) => condition === part))
      const candidates = best.rows < context.limits.selectiveRows ? 'few' : 'many'
      return { ...source, where: allOf([source.where, ...others.map(part => part.test(source.key, candidates))]) }
    }),
  }
}

interface List {
  readonly condition: Condition
  readonly source: Source
  /** About, and no more than were counted. */
  readonly rows: number
}

/**
 * Going through a list costs a tenth of looking each of its keys up in another, which has them at distant places: a
 * list that is not so much longer is gone through as well.
 */
const MERGED_RATIO = 8

function listsOf(context: CompileContext, parts: readonly Condition[]): readonly List[] {
  const { estimatedRowsMax, selectiveRows } = context.limits
  const lists: List[] = []
  let bound = estimatedRowsMax
  for (const condition of parts) {
    const source = condition.source()
    if (!source) continue
    const rows = source.estimate(bound)
    lists.push({ condition, source, rows })
    if (rows < selectiveRows) break
    bound = Math.min(bound, rows * MERGED_RATIO)
  }
  return lists
}

/** Of lists that are too long to be compared, one that ends with the page, and whose test would take long. */
function shortest(lists: readonly List[]): List | undefined {
  let best: List | undefined
  for (const list of lists)
    if (!best || list.rows < best.rows || (list.rows === best.rows && isBetter(list, best))) best = list
  return best
}

const isBetter = ({ source: { order, testCost = 1 } }: List, { source: best }: List): boolean =>
  order === 'none' || best.order === 'none'
    ? best.order === 'none' && order !== 'none'
    : testCost > (best.testCost ?? 1)

const isWorthMerging = ({ limits }: CompileContext, { source, rows }: List, best: List): boolean =>
  source.order === 'index' &&
  best.source.order === 'index' &&
  best.rows >= limits.selectiveRows &&
  rows < Math.min(best.rows * MERGED_RATIO, limits.estimatedRowsMax)

/** Keys that are in all of the lists, by going through them side by side. */
function intersection(context: CompileContext, lists: readonly List[], { source: { estimate } }: List): Source {
  const alias = context.alias()
  return {
    from: bounds => {
      const selects = lists.map(({ source }) =>
        selectOf(source.short ? { ...source, where: source.short } : source, bounds),
      )
      return sql`(${united(selects, 'INTERSECT')} ORDER BY key ${direction(bounds)} LIMIT -1) ${alias}`
    },
    where: raw('1'),
    key: raw(`${alias.text}.key`),
    order: 'merged',
    unique: true,
    estimate,
  }
}

/** Alternatives that are no list of values: each is a piece of SQL, of which SQLite takes so much. */
const ALTERNATIVES_MAX = 2_000

export const tooLarge = (cause?: unknown): Fault =>
  fault('too-costly', 'The search has too many alternatives or joins. Split it into several.', { cause })

export function either(context: CompileContext, conditions: readonly Condition[]): Condition {
  const parts = equalitiesTogether(
    context,
    conditions.flatMap(condition => condition.alternatives ?? condition).filter(condition => condition !== NEVER),
  )
  const [first] = parts
  if (!first) return NEVER
  if (parts.includes(ALWAYS)) return ALWAYS
  if (parts.length > ALTERNATIVES_MAX) throw tooLarge()
  if (parts.length === 1) return first
  return {
    alternatives: parts,
    test: (key, candidates) => anyOf(parts.map(part => part.test(key, candidates))),
    source: once(() => {
      const sources = parts.map(part => part.source())
      return sources.every(source => source !== undefined) ? unitedSource(context, sources) : undefined
    }),
  }
}

function unitedSource(context: CompileContext, sources: readonly Source[]): Source {
  const alias = context.alias()
  const merged = sources.length <= context.limits.mergedMax && sources.every(source => source.order !== 'none')
  return {
    from: bounds => {
      const selects = sources.map(source => selectOf(source, bounds))
      if (!merged) return sql`(${gathered(selects)}) ${alias}`
      // The LIMIT keeps SQLite from dropping an order that it takes for useless.
      return sql`(${united(selects, 'UNION')} ORDER BY key ${direction(bounds)} LIMIT -1) ${alias}`
    },
    where: raw('1'),
    key: raw(`${alias.text}.key`),
    order: merged ? 'merged' : 'none',
    unique: merged,
    estimate: bound => {
      let rows = 0
      for (const source of sources) {
        rows += source.estimate(bound - rows)
        if (rows >= bound) return rows
      }
      return rows
    },
  }
}

/** SQLite takes 500 selects in one compound. */
const COMPOUND_MAX = 400

function gathered(selects: readonly Fragment[]): Fragment {
  if (selects.length <= COMPOUND_MAX) return united(selects, 'UNION ALL')
  const parts: Fragment[] = []
  for (let start = 0; start < selects.length; start += COMPOUND_MAX) {
    parts.push(sql`SELECT key FROM (${united(selects.slice(start, start + COMPOUND_MAX), 'UNION ALL')})`)
  }
  return gathered(parts)
}

export const negation = (condition: Condition): Condition => {
  if (condition === ALWAYS) return NEVER
  if (condition === NEVER) return ALWAYS
  return { test: (key, candidates) => sql`NOT ${condition.test(key, candidates)}`, source: () => undefined }
}

/** SELECT of the keys of a source, in no order that could be relied on. */
export const selectOf = (source: Source, bounds: KeyBounds = UNBOUNDED): Fragment =>
  sql`SELECT ${source.key} AS key FROM ${source.from(bounds)} WHERE ${source.where}${beyond(source.key, bounds)}`

export const beyond = (key: Fragment, { after, descending }: KeyBounds): Fragment => {
  if (after === undefined) return raw('')
  return descending ? sql` AND ${key} < ${after}` : sql` AND ${key} > ${after}`
}

export const direction = ({ descending }: { readonly descending: boolean }): Fragment =>
  raw(descending ? 'DESC' : 'ASC')

export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
