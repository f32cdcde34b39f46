import { indexableOf } from '../access/reveal.ts'
import type { Tenant } from '../call.ts'
import type { CurrentDefinitions } from '../definitions.ts'
import { fault } from '../fault.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { SearchHit, SearchIndex, SearchPage, SearchRequest, SomeRequest } from '../ports/search-index.ts'
import type { SearchWriter } from '../ports/search-writer.ts'
import type { MarkedWrite, MarkedWrites, WriteMarkers } from '../ports/write-markers.ts'
import type { Node, Query } from '../search/ast.ts'
import { isContainedType } from '../search/contained.ts'
import { Together } from './together.ts'

export interface ConsistentIndexParts {
  readonly index: SearchIndex
  readonly writer: SearchWriter
  readonly store: ResourceStore
  readonly markers: WriteMarkers
  readonly definitions: CurrentDefinitions
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
}

/** Writes that a search brings in itself; beyond, the index worker has to catch up first. */
const WRITES_MAX = 5000

/** Versions in memory at a time. */
const BATCH = 100

const RETRY_AFTER_SECONDS = 10

/**
 * An index that is written later, made to see every write whose response the caller has had, where a search asks for
 * that (R4 http.html: Cache-Control: no-cache). Such a search indexes what the worker has not got to yet; that the
 * worker comes by later, or has been there, does no harm. Searches that one request makes at the same moment (those of
 * a compartment are of sixteen types at a time) look at the marks once, and refresh the index once.
 */
export class ConsistentIndex implements SearchIndex {
  readonly #parts: ConsistentIndexParts
  readonly #looks = new Together<MarkedWrites>()
  readonly #refreshes = new Together<void>()

  constructor(parts: ConsistentIndexParts) {
    this.#parts = parts
  }

  async search(tenant: Tenant, request: SearchRequest): Promise<SearchPage> {
    const { index, writer } = this.#parts
    const { consistent, ...rest } = request
    if (!consistent) return index.search(tenant, request)
    const { deadline } = request
    await this.#catchUp(tenant, typesOf(request), deadline)
    await this.#refreshes.once(String(deadline), () => writer.refresh(deadline))
    return index.search(tenant, rest)
  }

  async findSome(tenant: Tenant, request: SomeRequest): Promise<readonly SearchHit[]> {
    await this.#catchUp(tenant, new Set(request.queries.map(({ type }) => type)), request.deadline)
    return this.#parts.index.findSome(tenant, request)
  }

  async #catchUp(tenant: Tenant, types: ReadonlySet<string>, deadline: number): Promise<void> {
    const look = () => this.#parts.markers.unindexed(tenant, WRITES_MAX, deadline)
    // By the deadline: what belongs to another request is not waited for, and does not fail with this one.
    const { writes, complete } = await this.#looks.once(`${tenant} ${deadline}`, look)
    if (!complete) throw behind(`more than ${WRITES_MAX} writes`)
    // Whatever is written may contain some.
    const all = [...types].some(isContainedType)
    const newest = newestOf(all ? writes : writes.filter(({ type }) => types.has(type)))
    for (let start = 0; start < newest.length; start += BATCH) {
      await this.#index(tenant, newest.slice(start, start + BATCH), deadline)
    }
  }

  async #index(tenant: Tenant, writes: readonly MarkedWrite[], deadline: number): Promise<void> {
    const { store, writer, definitions, baseUrl } = this.#parts
    // By the parameters of the search itself, or newer ones.
    const its = await definitions.current(tenant)
    // What was not committed after all is not there, or is there in the version before.
    const versions = await store.readNewest(tenant, writes, deadline)
    const documents = versions.flatMap(version => (version ? [indexableOf(its, version, baseUrl)] : []))
    const unwritten = await writer.write(tenant, documents, deadline)
    if (unwritten.length > 0) throw behind(unwritten.map(({ kind, cause }) => `${kind} ${cause}`).join(', '))
  }
}

function newestOf(writes: readonly MarkedWrite[]): readonly MarkedWrite[] {
  const newest = new Map<string, MarkedWrite>()
  for (const write of writes) {
    const key = `${write.type}/${write.id}`
    const other = newest.get(key)
    if (!other || other.versionId < write.versionId) newest.set(key, write)
  }
  return [...newest.values()]
}

/** The types whose resources have a say in what is found, or in its order. */
function typesOf({ query, sort }: Pick<SearchRequest, 'query' | 'sort'>): ReadonlySet<string> {
  const types = new Set<string>()
  const visit = (node: Node): void => {
    switch (node.kind) {
      case 'and':
      case 'or':
        node.nodes.forEach(visit)
        break
      case 'not':
        visit(node.node)
        break
      case 'chain':
      case 'has':
        include(node.query)
    }
  }
  const include = ({ type, where }: Query): void => {
    types.add(type)
    visit(where)
  }
  include(query)
  for (const { through } of sort) if (through) include(through.query)
  return types
}

const behind = (internal: string) =>
  fault(
    'unavailable',
    'The search index is too far behind to hold every write by now: try again later, or without Cache-Control: no-cache.',
    { internal, retryAfterSeconds: RETRY_AFTER_SECONDS },
  )
