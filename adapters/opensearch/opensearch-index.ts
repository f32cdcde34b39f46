import type { Tenant } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import type {
  Position,
  SearchHit,
  SearchIndex,
  SearchPage,
  SearchRequest,
  SomeRequest,
} from '#service/ports/search-index.ts'
import type { Query } from '#service/search/ast.ts'
import { JOIN_LIMITS, JoinBudget, type JoinLimits } from './joins/join-budget.ts'
import { Joins, type Resolved } from './joins/joins.ts'
import { NONE } from './query/clause.ts'
import { compileNode } from './query/compile.ts'
import { sortTerms } from './query/sort-terms.ts'
import { chainedPage, isChained } from './search/chained-order.ts'
import { type EngineHit, IndexReader, type ReaderParts } from './search/index-reader.ts'

export interface OpenSearchIndexParts extends ReaderParts {
  readonly joinLimits?: JoinLimits
}

/** `_total=estimate` counts no further than this. */
const ESTIMATED_TOTAL_MAX = 10_000

/** The engine gives 10,000 hits at a time, and one is asked for beyond the page. */
const PAGE_HITS_MAX = 9_999

/**
 * Writes arrive late here: a consistent search sees those that the writer has got. Those that are still on their way
 * are brought in by service/indexing/consistent-index.ts.
 */
export class OpenSearchIndex implements SearchIndex {
  readonly #parts: OpenSearchIndexParts

  constructor(parts: OpenSearchIndexParts) {
    this.#parts = parts
  }

  async search(tenant: Tenant, asked: SearchRequest): Promise<SearchPage> {
    const request = { ...asked, count: Math.min(asked.count, PAGE_HITS_MAX) }
    const reader = new IndexReader(this.#parts, tenant, request.deadline, request.trace)
    if (request.consistent) await reader.refresh()
    const budget = new JoinBudget(this.#parts.joinLimits ?? JOIN_LIMITS)
    const joins = new Joins(reader, budget)
    const resolved = await joins.resolve(request.query)
    if (resolved.clause === NONE) return pageOf([], request, request.total === 'none' ? undefined : 0)
    if (request.sort.some(isChained)) return chainedPage({ reader, joins, budget }, request, resolved)
    return resolved.open.length === 0
      ? found(reader, request, resolved)
      : sifted({ reader, joins, budget }, request, resolved)
  }

  async findSome(tenant: Tenant, { queries, count, deadline }: SomeRequest): Promise<readonly SearchHit[]> {
    const reader = new IndexReader(this.#parts, tenant, deadline)
    await reader.refresh()
    return reader.some(queries.map(clauseOf), count)
  }
}

const clauseOf = ({ type, where }: Query) => ({ type, clause: compileNode(where, { type, joined: refuseJoin }) })

function refuseJoin(): never {
  invariant(false, 'what is asked of several types at once has no joins')
}

async function found(reader: IndexReader, request: SearchRequest, { clause }: Resolved): Promise<SearchPage> {
  const { query, sort, after, count, total, backwards } = request
  const page = await reader.page({
    type: query.type,
    clause,
    terms: sortTerms(query.type, sort, backwards),
    after: count > 0 ? after : undefined,
    size: count > 0 ? count + 1 : 0,
    ...(total !== 'none' && { count: total === 'accurate' ? true : ESTIMATED_TOTAL_MAX }),
  })
  return pageOf(page.hits, request, total === 'none' ? undefined : page.total)
}

interface Sieve {
  readonly reader: IndexReader
  readonly joins: Joins
  readonly budget: JoinBudget
}

/** Goes through all that may match, in the order wanted, a batch at a time, until the page is full. */
async function sifted(sieve: Sieve, request: SearchRequest, resolved: Resolved): Promise<SearchPage> {
  const hits: EngineHit[] = []
  const isWhole =
    request.count === 0 || (await eachMatch(sieve, request, resolved, hit => hits.push(hit) <= request.count))
  if (request.total === 'none') return pageOf(hits, request, undefined)
  if (isWhole && request.count > 0 && request.after === undefined) return pageOf(hits, request, hits.length)
  // An estimate is worth no second run.
  if (request.total === 'estimate' && request.count > 0) return pageOf(hits, request, undefined)
  let total = 0
  const { after, ...all } = request
  await eachMatch(sieve, { ...all, sort: [] }, resolved, () => ++total > 0)
  return pageOf(hits, request, total)
}

/** Gives whether it came to the end: `visit` says if it wants more. */
async function eachMatch(
  { reader, joins, budget }: Sieve,
  { query, sort, after: start, backwards }: SearchRequest,
  { clause }: Resolved,
  visit: (hit: EngineHit) => boolean,
): Promise<boolean> {
  const { batch } = budget.limits
  const terms = sortTerms(query.type, sort, backwards)
  let after: Position | undefined = start
  do {
    budget.spend()
    const { hits } = await reader.page({ type: query.type, clause, terms, after, size: batch })
    const confirmed = await joins.confirm(
      query,
      hits.map(hit => hit.id),
    )
    for (const hit of hits) {
      if (confirmed.has(hit.id) && !visit(hit)) return false
    }
    after = hits.length === batch ? hits.at(-1)?.position : undefined
  } while (after)
  return true
}

function pageOf(
  found: readonly EngineHit[],
  { query, count, positions }: SearchRequest,
  total: number | undefined,
): SearchPage {
  const hits = found.slice(0, count)
  return {
    hits: hits.map(({ id, versionId }) => ({ type: query.type, id, versionId })),
    next: found.length > count ? hits.at(-1)?.position : undefined,
    total,
    ...(positions && { positions: hits.map(hit => hit.position) }),
  }
}
