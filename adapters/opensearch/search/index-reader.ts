import type { Tenant } from '#service/call.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { Position, SearchHit, SearchRequest } from '#service/ports/search-index.ts'
import type { ParameterReference } from '#service/search/ast.ts'
import { containedType } from '#service/search/contained.ts'
import { scopeOf } from '../document/engine-document.ts'
import { parameterKey } from '../document/parameter-key.ts'
import { linkKeyword, linkStart } from '../document/terms.ts'
import { type Engine, NoAnswer } from '../engine/engine.ts'
import { isTimeUp, refused, tooSlow, unanswered, unavailable } from '../engine/engine-faults.ts'
import { refresh } from '../engine/refresh.ts'
import { type IndexPlace, readAlias, routingOf, writeAlias } from '../index-place.ts'
import { allOf, anyOf, type Clause, NONE, term } from '../query/clause.ts'
import { positionOf, type SortTerm, searchAfter } from '../query/sort-terms.ts'

export interface ReaderParts {
  readonly engine: Engine
  readonly place: IndexPlace
  readonly clock: Clock
}

export interface PageRequest {
  readonly type: string
  readonly clause: Clause
  /** Of contained resources of the type, which are found as well. undefined: they are not. */
  readonly contained?: Clause | undefined
  /** The last one is the tiebreak, the id. */
  readonly terms: readonly SortTerm[]
  readonly after?: Position | undefined
  readonly size: number
  /** How far hits are counted; true: to the end. */
  readonly count?: number | true
  readonly links?: true
}

export interface EnginePage {
  readonly hits: readonly EngineHit[]
  /** 0 where nothing was to be counted. */
  readonly total: number
}

export interface EngineHit {
  readonly id: string
  readonly versionId: number
  readonly position: Position
  /** Where links were asked for. */
  readonly links: readonly string[]
}

export interface TargetRequest {
  /** Type of the resources that point somewhere. */
  readonly type: string
  readonly clause: Clause
  readonly parameter: ParameterReference
  readonly targetType: string
  /** undefined: to wherever. */
  readonly among?: readonly string[]
  readonly size: number
}

export interface TypeClause {
  readonly type: string
  readonly clause: Clause
}

interface Answer {
  readonly timed_out?: boolean
  readonly hits?: { readonly total?: { readonly value: number }; readonly hits?: readonly AnsweredHit[] }
  readonly aggregations?: { readonly targets?: { readonly buckets?: readonly { readonly key: string }[] } }
}

interface AnsweredHit {
  /** The name of the document, see engineId; where stored fields were asked for. */
  readonly _id?: string
  readonly sort: Position
  readonly fields?: { readonly version?: readonly number[]; readonly link?: readonly string[] }
}

const WANTED =
  'error,timed_out,hits.total.value,hits.hits._id,hits.hits.sort,hits.hits.fields,aggregations.targets.buckets.key'

/** Asks the index for one tenant, until one deadline. Nothing is asked without the tenant's scope. */
export class IndexReader {
  readonly #parts: ReaderParts
  readonly #tenant: Tenant
  readonly #deadline: number
  readonly #trace: SearchRequest['trace']

  constructor(parts: ReaderParts, tenant: Tenant, deadline: number, trace?: SearchRequest['trace']) {
    this.#trace = trace
    this.#parts = parts
    this.#tenant = tenant
    this.#deadline = deadline
  }

  async page({ type, clause, contained, terms, after, size, count, links }: PageRequest): Promise<EnginePage> {
    const found = this.#within(type, clause)
    const either = contained ? anyOf([found, this.#within(containedType(type), contained)]) : found
    const { hits } = await this.#ask(type, either, {
      size,
      track_total_hits: count ?? false,
      ...(size > 0 && { sort: terms.map(each => each.clause) }),
      ...(after && { search_after: searchAfter(terms, after) }),
      docvalue_fields: links ? ['version', 'link'] : ['version'],
    })
    return {
      hits: (hits?.hits ?? []).map(({ sort, fields }) => ({
        id: String(sort.at(-1)),
        versionId: fields?.version?.[0] ?? 0,
        position: positionOf(terms, sort),
        links: fields?.link ?? [],
      })),
      total: hits?.total?.value ?? 0,
    }
  }

  /** What any of the clauses finds, each in its type: any `size` of them, in no order. */
  async some(clauses: readonly TypeClause[], size: number): Promise<readonly SearchHit[]> {
    const either = anyOf(clauses.map(({ type, clause }) => this.#within(type, clause)))
    if (either === NONE) return []
    const { hits } = await this.#ask('several types', either, {
      size,
      track_total_hits: false,
      sort: ['_doc'],
      docvalue_fields: ['version'],
      // With it a hit says its name.
      stored_fields: [],
    })
    return (hits?.hits ?? []).map(({ _id, fields }) => {
      const [, type = '', id = ''] = _id?.split('/') ?? []
      return { type, id, versionId: fields?.version?.[0] ?? 0 }
    })
  }

  /** Distinct ids that resources point to with the parameter; no more than `size`. */
  async targets({ type, clause, parameter, targetType, among, size }: TargetRequest): Promise<string[]> {
    const key = parameterKey(parameter)
    const start = linkStart(key, targetType)
    const { aggregations } = await this.#ask(type, this.#within(type, clause), {
      size: 0,
      track_total_hits: false,
      aggs: {
        targets: {
          terms: {
            field: 'link',
            // Of a key and a type, '#' alone means something in a pattern.
            include: among ? among.map(id => linkKeyword(key, targetType, id)) : `${start.replace('#', '\\#')}.*`,
            size,
            order: { _key: 'asc' },
            // Reads the links of what is found; the other way numbers all links that there are, after each refresh.
            execution_hint: 'map',
          },
        },
      },
    })
    return (aggregations?.targets?.buckets ?? []).map(bucket => bucket.key.slice(start.length))
  }

  /** Everything that was written before this can be found after it, also when searches turn to a new index by then. */
  async refresh(): Promise<void> {
    const { engine, place } = this.#parts
    await refresh(engine, writeAlias(place), this.#deadline)
  }

  #within = (type: string, clause: Clause): Clause => allOf([term('scope', scopeOf(this.#tenant, type)), clause])

  async #ask(type: string, clause: Clause, request: Readonly<Record<string, unknown>>): Promise<Answer> {
    const { engine, place, clock } = this.#parts
    const milliseconds = this.#deadline - clock.now()
    if (milliseconds <= 0) throw tooSlow(milliseconds)
    const body = JSON.stringify({
      query: clause,
      _source: false,
      stored_fields: '_none_',
      ...request,
      timeout: `${Math.ceil(milliseconds)}ms`,
    })
    const query = {
      ...routingOf(place, this.#tenant),
      allow_partial_search_results: 'false',
      filter_path: WANTED,
    }
    const path = `/${readAlias(place)}/_search`
    const response = await engine.send({ method: 'POST', path, query, body, deadline: this.#deadline }).catch(error => {
      throw isLate(error) ? tooSlow(milliseconds) : unanswered(error)
    })
    if (response.status !== 200) throw isTimeUp(response) ? tooSlow(milliseconds) : refused(response)
    const answer = response.body as Answer | undefined
    if (answer?.timed_out) throw tooSlow(milliseconds)
    // Nothing found looks like nothing answered, but for this.
    if (answer?.timed_out === undefined) throw unavailable('an answer to a search that is none')
    this.#trace?.({ statement: `${type}: ${body}`, milliseconds: milliseconds - (this.#deadline - clock.now()) })
    return answer
  }
}

const isLate = (error: unknown): boolean => error instanceof NoAnswer && error.kind === 'late'
