import type { DatabaseSync } from 'node:sqlite'
import type { Tenant } from '#service/call.ts'
import type { Position, SearchPage, SearchRequest } from '#service/ports/search-index.ts'
import type { DictionaryReader } from '../dictionary-reader.ts'
import { Snapshot } from '../snapshot.ts'
import { ALWAYS, NEVER, selectOf } from './combine.ts'
import { compileQuery } from './compile.ts'
import { type CompileContext, compileContext, type PlanLimits } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { FoundHit } from './found-hit.ts'
import { sql } from './fragment.ts'
import { type Found, keyPage } from './key-page.ts'
import { registerDistance } from './near-condition.ts'
import { everyMatch } from './plan.ts'
import { liveResources } from './resource-conditions.ts'
import { sortTerm } from './sort-terms.ts'
import { sortedPage } from './sorted-page.ts'
import { StatementCache } from './statement-cache.ts'
import { OutOfTime, Ticker } from './tick.ts'
import { registerHasWord } from './words-condition.ts'

/** `_total=estimate` counts no further than this. */
const ESTIMATED_TOTAL_MAX = 10_000

const EMPTY: readonly Found[] = []

/** Searches on one connection, one after the other. */
export class Searcher {
  readonly #dictionary: DictionaryReader
  readonly #reader: StatementCache
  readonly #ticker: Ticker
  readonly #snapshot: Snapshot

  constructor(database: DatabaseSync, dictionary: DictionaryReader) {
    this.#dictionary = dictionary
    this.#ticker = new Ticker(database)
    registerDistance(database)
    registerHasWord(database)
    this.#reader = new StatementCache(database, () => this.#ticker.look())
    this.#snapshot = new Snapshot(database)
  }

  /** @throws OutOfTime after so many milliseconds, or where the limits foretell it. */
  search(tenant: Tenant, request: SearchRequest, milliseconds: number, limits: PlanLimits): SearchPage {
    this.#reader.trace = request.trace
    const search = () => this.#snapshot.of(() => this.#search(tenant, request, limits))
    return this.#ticker.within(milliseconds, () => this.#dictionary.recalling(search))
  }

  #search(tenant: Tenant, request: SearchRequest, limits: PlanLimits): SearchPage {
    const { query, count, after } = request
    const kind = this.#dictionary.kind(tenant, query.type)
    if (kind === undefined) return pageOf(tenant, EMPTY, request, () => 0)
    const context = compileContext({ tenant, dictionary: this.#dictionary, reader: this.#reader, limits }, kind)
    const condition = compileQuery(context, query)
    const rows = count === 0 || condition === NEVER ? EMPTY : this.#rows(context, condition, request, after)
    return pageOf(tenant, rows, request, () => this.#total(context, condition, request))
  }

  #rows(
    context: CompileContext,
    condition: Condition,
    { sort, count, backwards = false }: SearchRequest,
    after: Position | undefined,
  ): readonly Found[] {
    const limit = count + 1
    if (sort.length > 0) {
      const terms = sort.map(key => sortTerm(context, key))
      const descendingKeys = (terms[0]?.descending ?? false) !== backwards
      return sortedPage(context, condition, { terms, after, limit, backwards, descendingKeys })
    }
    const key = after?.at(-1)
    const bounds = { after: typeof key === 'number' ? key : undefined, descending: backwards }
    return keyPage(context, condition, bounds, limit)
  }

  #total(context: CompileContext, condition: Condition, { total }: SearchRequest): number {
    if (condition === NEVER) return 0
    if (condition === ALWAYS) return liveResources(context)
    const source = condition.source() ?? everyMatch(context, condition)
    const { totalRowsMax } = context.limits
    const many = liveResources(context) >= totalRowsMax
    if (many && source.estimate(totalRowsMax) >= totalRowsMax) throw new OutOfTime()
    const keys = source.unique ? selectOf(source) : sql`SELECT DISTINCT key FROM (${selectOf(source)})`
    return this.#reader.count(keys, total === 'estimate' ? ESTIMATED_TOTAL_MAX : -1)
  }
}

function pageOf(
  tenant: Tenant,
  rows: readonly Found[],
  { query: { type }, count, after, total, positions }: SearchRequest,
  counted: () => number,
): SearchPage {
  const hits = rows.slice(0, count).map(({ id, newest }) => new FoundHit(tenant, type, id, newest))
  const last = rows.length > count ? rows[count - 1] : undefined
  const whole = after === undefined && count > 0 && !last
  return {
    hits,
    next: last && positionOf(last),
    total: total === 'none' ? undefined : whole ? hits.length : counted(),
    ...(positions && { positions: rows.slice(0, count).map(positionOf) }),
  }
}

const positionOf = ({ sortValues, key }: Found): Position => [...sortValues, key]
