import type { Tenant } from '../call.ts'
import type { ScopedQuery, SortKey } from '../search/ast.ts'

/** Finds resources by what `extract` took from them. Takes only queries that access has scoped. */
export interface SearchIndex {
  search(tenant: Tenant, request: SearchRequest): Promise<SearchPage>

  /**
   * Resources that one of the queries finds, in any order; fewer than `count`: these are all. Holds every write whose
   * response the caller has had.
   */
  findSome(tenant: Tenant, request: SomeRequest): Promise<readonly SearchHit[]>
}

export interface SomeRequest extends Pick<SearchRequest, 'deadline'> {
  /** Each of another type, hundreds of them; of resources alone: none has joins. */
  readonly queries: readonly ScopedQuery[]
  /** 1 to 1,000. */
  readonly count: number
}

export interface SearchRequest {
  readonly query: ScopedQuery
  /** Empty: by the immutable default key. A tiebreak on that key is always added; missing values come last. */
  readonly sort: readonly SortKey[]
  /** Hits wanted, 0 and more. */
  readonly count: number
  /**
   * The whole order turned around: the last hit comes first, missing values before all others. Position, hits and
   * `next` go by the turned order. A position is the same place in both.
   */
  readonly backwards?: boolean
  /** Where the page before ended, as given by it. */
  readonly after?: Position
  readonly total: 'none' | 'estimate' | 'accurate'
  /** Milliseconds since the epoch. Past it the search is given up with a `too-costly` fault; others are not held up. */
  readonly deadline: number
  /** Each hit is to say where it lies, so that the search can go on behind any of them. */
  readonly positions?: true
  /** Told of each question to the engine, for those who wonder about a search. */
  readonly trace?: (step: SearchStep) => void
  /** The answer must hold every write whose response the caller has had (R4 http.html: Cache-Control: no-cache). */
  readonly consistent?: boolean
}

/** An engine's own values (sort values, tiebreak), JSON. Signed by the service before it leaves. */
export type Position = readonly (string | number | null)[]

/** One question to the engine. */
export interface SearchStep {
  /** As the engine takes it. */
  readonly statement: string
  /** How the engine goes about it, where it says so. */
  readonly plan?: string
  readonly milliseconds: number
}

export interface SearchHit {
  readonly type: string
  readonly id: string
  /** The version that was indexed. */
  readonly versionId: number
}

export interface SearchPage {
  readonly hits: readonly SearchHit[]
  /** Present when there is at least one more hit behind this page. */
  readonly next: Position | undefined
  /** Only where it was asked for. */
  readonly total: number | undefined
  /** Where asked for, one for each hit: the values of the sort keys, in their order, and what breaks ties. */
  readonly positions?: readonly Position[]
}
