/** A page of what one query finds, or several of them. */
import { matchesAlone } from '../access/read-hits.ts'
import { readMany } from '../access/read-many.ts'
import { documentOf } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { Revealed } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { Position, SearchHit, SearchPage, SearchRequest } from '../ports/search-index.ts'
import type { ScopedQuery, SortKey } from '../search/ast.ts'
import { compareText } from '../search/compare-text.ts'
import { hasJoin } from '../search/has-join.ts'
import type { Place } from '../search/page.ts'
import type { SearchPart } from './search-plan.ts'

export interface PageRequest {
  readonly count: number
  /** undefined: the first page. */
  readonly place: Place | undefined
  readonly total: SearchRequest['total']
  readonly consistent: boolean
  readonly trace?: SearchRequest['trace']
}

export interface FoundPage {
  /** Runs of hits of one query each, in the order of the page. */
  readonly runs: readonly FoundRun[]
  /** Where the first hit lies that was read: read the other way, the search goes on behind it. */
  readonly start: Position | undefined
  /** Read the same way. */
  readonly next: Position | undefined
  readonly total: number | undefined
}

export interface FoundRun {
  readonly query: ScopedQuery
  readonly hits: readonly SearchHit[]
}

const EMPTY_PAGE: FoundPage = { runs: [], start: undefined, next: undefined, total: 0 }

/** No engine is asked for what nothing can satisfy. */
export async function findPage(
  context: ServiceContext,
  call: Call,
  parts: readonly SearchPart[],
  request: PageRequest,
): Promise<FoundPage> {
  const { backwards = false } = request.place ?? {}
  const possible = parts.filter(part => part.query.where.kind !== 'nothing')
  const [only] = possible
  if (!only) return EMPTY_PAGE
  const find = parts.length === 1 ? findOne : only.sort.length > 0 ? merged : inTurn
  const page = await find(context, call, backwards ? possible.toReversed() : possible, request)
  return backwards ? { ...page, runs: page.runs.toReversed().map(turned) } : page
}

const turned = ({ query, hits }: FoundRun): FoundRun => ({ query, hits: hits.toReversed() })

/** How many there are of all of them. */
export async function countAll(
  context: ServiceContext,
  call: Call,
  parts: readonly SearchPart[],
  request: Pick<PageRequest, 'consistent' | 'trace'> & { readonly total: 'estimate' | 'accurate' },
): Promise<number> {
  const counts = await mapConcurrently(parts, context.limits.concurrencyMax, async ({ query }) => {
    if (query.where.kind === 'nothing') return 0
    const page = await ask(context, call, { query, sort: [] }, { ...request, count: 0, place: undefined })
    return page.total ?? 0
  })
  return counts.reduce((sum, count) => sum + count, 0)
}

const ask = (
  { ports }: ServiceContext,
  call: Call,
  { query, sort }: SearchPart,
  { count, place, total, consistent, positions, trace }: PageRequest & { readonly positions?: boolean },
): Promise<SearchPage> =>
  ports.index.search(call.tenant, {
    query,
    sort,
    count,
    ...(place?.after && { after: place.after }),
    ...(place?.backwards && { backwards: true }),
    total,
    deadline: call.deadline,
    ...(consistent && { consistent }),
    ...(positions && { positions: true }),
    ...(trace && { trace }),
  })

/** One query, or several, the first to be read first. */
type Find = (
  context: ServiceContext,
  call: Call,
  parts: readonly SearchPart[],
  request: PageRequest,
) => Promise<FoundPage>

const findOne: Find = async (context, call, [part], request) => {
  invariant(part, 'one query')
  const page = await ask(context, call, part, { ...request, positions: request.place !== undefined })
  const { hits, positions, next, total } = page
  return { runs: [{ query: part.query, hits }], start: positions?.[0], next, total }
}

/** Types whose searches are under way at the same time. */
const TYPES_AT_ONCE = 16

/** One type after the other. The position is the type with the engine's own, or the type alone: from its beginning. */
const inTurn: Find = async (context, call, parts, request) => {
  const { backwards = false, after } = request.place ?? {}
  const [type, ...position] = after ?? []
  const first = type === undefined ? 0 : parts.findIndex(part => part.query.type === type)
  const runs: FoundRun[] = []
  let room = request.count
  let start: Position | undefined
  let next: Position | undefined
  const rest = first < 0 ? [] : parts.slice(first)
  for (let from = 0; from < rest.length && !next; from += TYPES_AT_ONCE) {
    const some = rest.slice(from, from + TYPES_AT_ONCE)
    const count = Math.max(room, 1)
    const pages = await mapConcurrently(some, context.limits.concurrencyMax, (part, index) => {
      const place = { after: from + index === 0 && position.length > 0 ? position : undefined, backwards }
      return ask(context, call, part, { ...request, total: 'none', count, place, positions: true })
    })
    for (const [index, { hits, positions = [], next: further }] of pages.entries()) {
      const query = some[index]?.query
      if (!query || next || hits.length === 0) continue
      const fitting = hits.slice(0, room)
      const goesOn = fitting.length < hits.length ? (positions[room - 1] ?? []) : further
      start ??= [query.type, ...(positions[0] ?? [])]
      next = goesOn && [query.type, ...goesOn]
      if (fitting.length > 0) runs.push({ query, hits: fitting })
      room -= fitting.length
    }
  }
  return { runs, start, next, total: await totalOf(context, call, parts, request) }
}

const totalOf = async (
  context: ServiceContext,
  call: Call,
  parts: readonly SearchPart[],
  { total, ...request }: PageRequest,
): Promise<number | undefined> => (total === 'none' ? undefined : countAll(context, call, parts, { ...request, total }))

/** Each of them is asked for a whole page, of which most is not used. */
const MERGED_TYPES_MAX = 32

/** Where a type's hits go on: null at its beginning, undefined at its end. */
type Places = Readonly<Record<string, Position | null>>

interface Head {
  readonly part: SearchPart
  readonly hit: SearchHit
  readonly position: Position
}

/** By the sort keys, which are parameters of each type; equals in the order of the types. */
const merged: Find = async (context, call, parts, request) => {
  if (parts.length > MERGED_TYPES_MAX) {
    const diagnostics = `A search of more than ${MERGED_TYPES_MAX} types can't be sorted: name those that are meant by _type`
    throw fault('too-costly', diagnostics, { expression: ['_sort'] })
  }
  const { backwards = false, after } = request.place ?? {}
  const places = placesOf(parts, after)
  const open = parts.filter(part => places[part.query.type] !== undefined)
  const pages = await mapConcurrently(open, context.limits.concurrencyMax, part =>
    ask(context, call, part, {
      ...request,
      total: 'none',
      place: { after: places[part.query.type] ?? undefined, backwards },
      positions: true,
    }),
  )
  const heads = pages
    .flatMap(({ hits, positions }, index): Head[] =>
      hits.flatMap((hit, place) => {
        const [part, position] = [open[index], positions?.[place]]
        return part && position ? [{ part, hit, position }] : []
      }),
    )
    .sort(byPosition(parts[0]?.sort ?? [], backwards))
  const page = heads.slice(0, request.count)
  const isWhole = heads.length <= request.count && pages.every(({ next }) => next === undefined)
  return {
    runs: runsOf(page),
    start: heads.length === 0 ? undefined : [JSON.stringify(startsOf(parts, open, pages))],
    next: isWhole ? undefined : [JSON.stringify(placesAfter(open, places, pages, page))],
    total: await totalOf(context, call, parts, request),
  }
}

/** Of types of which nothing lies ahead, all is behind: null. */
const startsOf = (parts: readonly SearchPart[], open: readonly SearchPart[], pages: readonly SearchPage[]): Places =>
  Object.fromEntries(parts.map(part => [part.query.type, pages[open.indexOf(part)]?.positions?.[0] ?? null]))

const placesOf = (parts: readonly SearchPart[], after: Position | undefined): Places =>
  after === undefined
    ? Object.fromEntries(parts.map(({ query }) => [query.type, null]))
    : (JSON.parse(String(after[0])) as Places)

function placesAfter(
  open: readonly SearchPart[],
  before: Places,
  pages: readonly SearchPage[],
  page: readonly Head[],
): Places {
  const places = new Map<string, Position | null>()
  for (const [index, part] of open.entries()) {
    const its = page.filter(head => head.part === part)
    const last = its.at(-1)
    const found = pages[index]
    const isDone = found !== undefined && found.next === undefined && its.length === found.hits.length
    if (!isDone) places.set(part.query.type, last ? last.position : (before[part.query.type] ?? null))
  }
  return Object.fromEntries(places)
}

/** Sorting is stable: heads of one type keep their order, and types theirs. */
const byPosition =
  (sort: readonly SortKey[], backwards: boolean) =>
  (left: Head, right: Head): number => {
    for (const [index, { descending }] of sort.entries()) {
      const [a, b] = [left.position[index] ?? null, right.position[index] ?? null]
      if (a === b) continue
      if (a === null || b === null) return (a === null) === backwards ? -1 : 1
      const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b))
      if (order !== 0) return descending === backwards ? order : -order
    }
    return 0
  }

function runsOf(heads: readonly Head[]): FoundRun[] {
  const runs: { readonly query: ScopedQuery; readonly hits: SearchHit[] }[] = []
  for (const { part, hit } of heads) {
    const last = runs.at(-1)
    if (last?.query === part.query) last.hits.push(hit)
    else runs.push({ query: part.query, hits: [hit] })
  }
  return runs
}

/**
 * Where a query names ids, and what else it says can be told from the resources alone: they are read, and no engine is
 * asked. undefined: it is another query.
 */
export async function readNamed(
  context: ServiceContext,
  call: Call,
  { query: { type, where }, sort }: SearchPart,
  countMax: number,
): Promise<Revealed[] | undefined> {
  const nodes = where.kind === 'and' ? where.nodes : [where]
  const named = nodes.find(node => node.kind === 'id')
  if (named?.kind !== 'id' || sort.length > 0 || named.ids.length > countMax || nodes.some(hasJoin)) return undefined
  const keys = [...new Set(named.ids)].map(id => ({ type, id }))
  const definitions = context.definitions.for(call.tenant)
  const versions = await readMany(context, call, keys)
  return versions.flatMap(version =>
    version && (nodes.length === 1 || matchesAlone(where, () => documentOf(call, definitions, version)))
      ? [version]
      : [],
  )
}
