/** Sorting by a parameter of what a reference points to, which the engine can't: all matches are sorted here. */
import { fault } from '#service/fault.ts'
import type { Position, SearchPage, SearchRequest } from '#service/ports/search-index.ts'
import type { SortHop, SortKey } from '#service/search/ast.ts'
import { parameterKey } from '../document/parameter-key.ts'
import { isBefore } from '../document/sort-text.ts'
import { linkStart } from '../document/terms.ts'
import type { JoinBudget } from '../joins/join-budget.ts'
import type { Joins, Resolved } from '../joins/joins.ts'
import { allOf, terms } from '../query/clause.ts'
import { sortTerms } from '../query/sort-terms.ts'
import type { EngineHit, IndexReader } from './index-reader.ts'

const MATCHES_MAX = 10_000

interface Parts {
  readonly reader: IndexReader
  readonly joins: Joins
  readonly budget: JoinBudget
}

type Value = Position[number]

export const isChained = (key: SortKey): key is SortKey & { readonly through: SortHop } => key.through !== undefined

/** @throws Fault too-costly where the matches are too many to be sorted here. */
export async function chainedPage(parts: Parts, request: SearchRequest, resolved: Resolved): Promise<SearchPage> {
  const { query, sort, count, after, total, positions, backwards } = request
  const hits = await everyHit(parts, request, resolved)
  const plain = sort.filter(key => !isChained(key))
  const columns = await Promise.all(
    sort.map(async (key): Promise<(hit: EngineHit) => Value> => {
      if (isChained(key)) return chainedValues(parts, key, hits)
      const place = plain.indexOf(key)
      return hit => hit.position[place] ?? null
    }),
  )
  const rows = hits.map(hit => ({ hit, position: [...columns.map(column => column(hit)), hit.id] }))
  const forwards = byPosition(sort)
  const compare: typeof forwards = backwards ? (left, right) => forwards(right, left) : forwards
  rows.sort((left, right) => compare(left.position, right.position))
  const rest = after ? rows.filter(({ position }) => compare(position, after) > 0) : rows
  const page = rest.slice(0, count)
  return {
    hits: page.map(({ hit: { id, versionId } }) => ({ type: query.type, id, versionId })),
    next: rest.length > count ? page.at(-1)?.position : undefined,
    total: total === 'none' ? undefined : rows.length,
    ...(positions && { positions: page.map(({ position }) => position) }),
  }
}

/** With the values of the sort keys that are the resource's own. */
async function everyHit({ reader, joins, budget }: Parts, request: SearchRequest, resolved: Resolved) {
  const { query, sort } = request
  const { batch } = budget.limits
  const own = sortTerms(
    query.type,
    sort.filter(key => !isChained(key)),
  )
  const found: EngineHit[] = []
  let after: Position | undefined
  do {
    budget.spend()
    const asked = { type: query.type, clause: resolved.clause, terms: own, after, size: batch, links: true } as const
    const { hits } = await reader.page(asked)
    const ids = hits.map(hit => hit.id)
    const confirmed = resolved.open.length > 0 ? await joins.confirm(query, ids) : undefined
    found.push(...(confirmed ? hits.filter(hit => confirmed.has(hit.id)) : hits))
    if (found.length > MATCHES_MAX) throw tooMany()
    after = hits.length === batch ? hits.at(-1)?.position : undefined
  } while (after)
  return found
}

const tooMany = () =>
  fault(
    'too-costly',
    `Sorting by what a reference points to takes no more than ${MATCHES_MAX} matches. Give the search more parameters.`,
    { expression: ['_sort'] },
  )

/** Of several targets the least value, descending the greatest. */
async function chainedValues(
  { reader, joins, budget }: Parts,
  { parameter, descending, through }: SortKey & { readonly through: SortHop },
  hits: readonly EngineHit[],
): Promise<(hit: EngineHit) => Value> {
  const { type } = through.query
  const start = linkStart(parameterKey(through.parameter), type)
  const targetsOf = (hit: EngineHit) =>
    hit.links.filter(link => link.startsWith(start)).map(link => link.slice(start.length))
  const ids = [...new Set(hits.flatMap(targetsOf))]
  const { clause } = await joins.resolve(through.query)
  const { batch } = budget.limits
  const values = new Map<string, Value>()
  for (let from = 0; from < ids.length; from += batch) {
    budget.spend()
    const some = terms('id', ids.slice(from, from + batch))
    const order = sortTerms(type, [{ parameter, descending }])
    const page = await reader.page({ type, clause: allOf([some, clause]), terms: order, size: batch })
    for (const { id, position } of page.hits) values.set(id, position[0] ?? null)
  }
  const compare = byValue(descending)
  return hit => {
    const its = targetsOf(hit).map(id => values.get(id) ?? null)
    return its.sort(compare)[0] ?? null
  }
}

/** What has none comes last either way. */
const byValue =
  (descending: boolean) =>
  (left: Value, right: Value): number => {
    if (left === right) return 0
    if (left === null) return 1
    if (right === null) return -1
    const areNumbers = typeof left === 'number' && typeof right === 'number'
    const isFirst = areNumbers ? left < right : isBefore(String(left), String(right))
    return isFirst === descending ? 1 : -1
  }

/** Ties by id, ascending. */
function byPosition(sort: readonly SortKey[]): (left: Position, right: Position) => number {
  const comparisons = [...sort.map(({ descending }) => byValue(descending)), byValue(false)]
  return (left, right) => {
    for (const [place, compare] of comparisons.entries()) {
      const order = compare(left[place] ?? null, right[place] ?? null)
      if (order !== 0) return order
    }
    return 0
  }
}
