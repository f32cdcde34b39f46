import type { Tenant } from '#service/call.ts'
import { type Fault, fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { SearchHit, SearchIndex, SearchPage, SearchRequest, SomeRequest } from '#service/ports/search-index.ts'
import { QUICK_LIMITS, THOROUGH_LIMITS } from './search/compile-context.ts'
import type { SearchPool } from './search/search-pool.ts'
import type { Searcher } from './search/searcher.ts'
import { OutOfTime } from './search/tick.ts'

/** How long a search may hold this thread before it is handed to another, or planned better. */
const QUICK_MS = 8

export interface EmbeddedIndexParts {
  readonly searcher: Pick<Searcher, 'search'>
  /** undefined: this thread has nothing else to do, and does long searches itself. */
  readonly pool: Pick<SearchPool, 'search'> | undefined
  readonly clock: Clock
}

/** Writes index on commit, so every search sees every write whose response the caller has had. */
export class EmbeddedSearchIndex implements SearchIndex {
  readonly #searcher: EmbeddedIndexParts['searcher']
  readonly #pool: EmbeddedIndexParts['pool']
  readonly #clock: Clock

  constructor({ searcher, pool, clock }: EmbeddedIndexParts) {
    this.#searcher = searcher
    this.#pool = pool
    this.#clock = clock
  }

  async search(tenant: Tenant, request: SearchRequest): Promise<SearchPage> {
    const milliseconds = request.deadline - this.#clock.now()
    if (milliseconds <= 0) throw tooCostly(0)
    try {
      return this.#searcher.search(tenant, request, Math.min(QUICK_MS, milliseconds), QUICK_LIMITS)
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error
    }
    const { trace, ...untraced } = request
    trace?.({ statement: `Given up after ${QUICK_MS} ms, and begun anew beside the others`, milliseconds: QUICK_MS })
    try {
      return await (this.#pool
        ? this.#pool.search(tenant, untraced, milliseconds)
        : this.#searcher.search(tenant, request, milliseconds, THOROUGH_LIMITS))
    } catch (error) {
      throw error instanceof OutOfTime ? tooCostly(milliseconds) : error
    }
  }

  async findSome(tenant: Tenant, { queries, count, deadline }: SomeRequest): Promise<readonly SearchHit[]> {
    const found: SearchHit[] = []
    for (const query of queries) {
      const left = count - found.length
      if (left === 0) break
      const { hits } = await this.search(tenant, { query, sort: [], count: left, total: 'none', deadline })
      found.push(...hits)
    }
    return found
  }
}

function tooCostly(milliseconds: number): Fault {
  const seconds = Math.max(milliseconds, 0) / 1000
  return fault(
    'too-costly',
    `The search was given up after the ${seconds.toFixed(1)} seconds it may take. Give it more, or more selective, parameters.`,
  )
}
