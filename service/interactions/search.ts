import { assertPermitted } from '../access/permit.ts'
import { readHits } from '../access/read-hits.ts'
import { scope } from '../access/scope.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Parameters, Revealed, SearchRequest, SearchResult } from '../fhir-service.ts'
import type { SearchPage } from '../ports/search-index.ts'
import type { ScopedQuery } from '../search/ast.ts'
import { decodeCursor, encodeCursor, withCursor } from '../search/page.ts'
import { type ParsedSearch, parseSearch } from '../search/parse.ts'
import { findIncludes } from './includes.ts'
import { assertKnownType } from './known-type.ts'
import { viewed } from './read.ts'

/**
 * R4 search.html. The index finds, the store says what is true now: a hit whose newest version matches no more is left
 * out. Bodies stay unparsed unless an include, a view or the policy has to look inside.
 */
export async function search(context: ServiceContext, call: Call, request: SearchRequest): Promise<SearchResult> {
  const definitions = context.definitions.for(call.tenant)
  const { type } = request
  assertKnownType(definitions, type)
  assertPermitted(context.policy, call, 'search-type', type)
  const parsed = parse(context, call, request)
  const query = scope(call, context.policy, parsed.query)
  if (parsed.countOnly) return countOf(context, call, request, parsed, query)
  const page = await findPage(context, call, request, parsed, query)
  const matches = await readHits(context, call, query, page.hits)
  const included = await findIncludes(context, call, parsed.includes, matches)
  const isOnlyPage = parsed.cursor === undefined && page.next === undefined
  return {
    matches: matches.map(match => viewed(definitions, match, parsed.view)),
    // R4 search.html#elements speaks of the resource type that is searched; the summary is of everything.
    includes: included.versions.map(version => viewed(definitions, version, summaryOf(parsed))),
    issues: [...parsed.issues, ...included.issues],
    total: page.total ?? (isOnlyPage ? matches.length : undefined),
    countOnly: false,
    ...linksOf(context, call, type, parsed, page),
  }
}

/** @throws Fault invalid with every problem found. */
function parse(context: ServiceContext, call: Call, request: SearchRequest): ParsedSearch {
  const parsed = parseSearch(
    { definitions: context.definitions.for(call.tenant), baseUrl: call.baseUrl, now: context.ports.clock.now() },
    request.type,
    request.parameters,
    request.handling ?? 'strict',
  )
  const { pageSizeMax } = context.limits
  if (parsed.count === undefined || parsed.count <= pageSizeMax) return parsed
  const applied = parsed.applied.map(
    ([name, value]) => [name, name === '_count' ? String(pageSizeMax) : value] as const,
  )
  return { ...parsed, count: pageSizeMax, applied }
}

const summaryOf = ({ view }: ParsedSearch) => (view.summary === undefined ? {} : { summary: view.summary })

async function countOf(
  context: ServiceContext,
  call: Call,
  request: SearchRequest,
  parsed: ParsedSearch,
  query: ScopedQuery,
): Promise<SearchResult> {
  const { total } = await context.ports.index.search(call.tenant, {
    query,
    sort: [],
    count: 0,
    total: 'accurate',
    deadline: call.deadline,
    ...(request.consistent && { consistent: true }),
  })
  const { applied: self, issues } = parsed
  return {
    matches: NO_VERSIONS,
    includes: NO_VERSIONS,
    issues,
    total,
    countOnly: true,
    self,
    first: undefined,
    next: undefined,
  }
}

const NO_VERSIONS: readonly Revealed[] = Object.freeze([])

function findPage(
  context: ServiceContext,
  call: Call,
  request: SearchRequest,
  parsed: ParsedSearch,
  query: ScopedQuery,
): Promise<SearchPage> {
  const { ports, limits } = context
  const after =
    parsed.cursor === undefined
      ? undefined
      : decodeCursor(ports.sealer, call.tenant, parsed.cursor, sealed(request.type, parsed))
  return ports.index.search(call.tenant, {
    query,
    sort: parsed.sort,
    count: parsed.count ?? limits.pageSizeDefault,
    ...(after && { after }),
    total: parsed.total,
    deadline: call.deadline,
    ...(request.consistent && { consistent: true }),
  })
}

/** What a cursor belongs to: the type, which is no parameter, and the parameters. */
const sealed = (type: string, parsed: ParsedSearch): Parameters => [['', type], ...parsed.applied]

function linksOf(
  { ports }: ServiceContext,
  call: Call,
  type: string,
  parsed: ParsedSearch,
  page: SearchPage,
): Pick<SearchResult, 'self' | 'first' | 'next'> {
  const cursor = page.next && encodeCursor(ports.sealer, call.tenant, page.next, sealed(type, parsed))
  return {
    self: withCursor(parsed.applied, parsed.cursor),
    first: withCursor(parsed.applied, undefined),
    next: cursor === undefined ? undefined : withCursor(parsed.applied, cursor),
  }
}
