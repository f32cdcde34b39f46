import { type ContainedReturn, readContained } from '../access/read-contained.ts'
import { readHits } from '../access/read-hits.ts'
import { withAttachmentUrls } from '../binary/attachment-urls.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Revealed, SearchRequest, SearchResult } from '../fhir-service.ts'
import type { Position } from '../ports/search-index.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { isContainedType } from '../search/contained.ts'
import { unindexedIssues } from '../search/own-parameters/unindexed-issues.ts'
import { decodeCursor, encodeCursor, LAST_PAGE, LINK_LIFE_MS, type Place, withCursor } from '../search/page.ts'
import { scoreOf } from '../search/score.ts'
import { addressOf } from '../searchset.ts'
import { withTerminology } from '../terminology/with-terminology.ts'
import { type Explanation, explanation } from './explanation.ts'
import { findIncludes } from './includes.ts'
import { viewed } from './read.ts'
import { countAll, type FoundPage, type FoundRun, findPage, readNamed } from './search-pages.ts'
import { planSearch, type SearchPlan } from './search-plan.ts'

/**
 * R4 search.html. The index finds, the store says what is true now: a hit whose newest version matches no more is left
 * out. Bodies stay unparsed unless an include, a view or the policy has to look inside.
 */
export async function search(context: ServiceContext, call: Call, request: SearchRequest): Promise<SearchResult> {
  const definitions = context.definitions.for(call.tenant)
  const planned = await withTerminology(context, call, terminology => planSearch(context, call, request, terminology))
  const plan = await withUnindexed(context, call, planned)
  const { parsed } = plan
  const explained = parsed.explain ? explanation(context, call) : undefined
  if (parsed.countOnly) return countOf(context, call, request, plan, explained)
  const page = await pageOf(context, call, request, plan, explained)
  explained?.part('find and read matches')
  const included = await findIncludes(context, call, parsed.includes, page.matches)
  explained?.part('include')
  const isOnlyPage = parsed.cursor === undefined && page.next === undefined
  const matches = page.matches.map(match => viewed(definitions, match, parsed.view))
  // R4 search.html#elements speaks of the resource type that is searched; the summary is of everything.
  const includes = included.versions.map(version => viewed(definitions, version, summaryOf(plan)))
  const shown = await withAttachmentUrls(context, call, [...matches, ...includes])
  return {
    matches: shown.slice(0, matches.length),
    includes: shown.slice(matches.length),
    issues: [...parsed.issues, ...included.issues, ...told(explained, plan)],
    total: page.total ?? (isOnlyPage ? page.matches.length : undefined),
    countOnly: false,
    ...linksOf(context, call, plan, page),
  }
}

async function withUnindexed(context: ServiceContext, call: Call, plan: SearchPlan): Promise<SearchPlan> {
  const issues = await unindexedIssues(context, call, plan.parsed.applied)
  return issues.length === 0
    ? plan
    : { ...plan, parsed: { ...plan.parsed, issues: [...plan.parsed.issues, ...issues] } }
}

const told = (explained: Explanation | undefined, { parts }: SearchPlan) =>
  explained?.issues(parts.map(part => part.query)) ?? []

const traceOf = (explained: Explanation | undefined) => (explained ? { trace: explained.trace } : {})

const summaryOf = ({ parsed: { view } }: SearchPlan) => (view.summary === undefined ? {} : { summary: view.summary })

async function countOf(
  context: ServiceContext,
  call: Call,
  { consistent = false }: SearchRequest,
  plan: SearchPlan,
  explained: Explanation | undefined,
): Promise<SearchResult> {
  const { parts, parsed } = plan
  const [part] = parts
  const named = part && parts.length === 1 && (await readNamed(context, call, part, context.limits.pageSizeMax))
  const total = named
    ? named.length
    : await countAll(context, call, parts, { total: 'accurate', consistent, ...traceOf(explained) })
  explained?.part('count')
  const { applied: self } = parsed
  return {
    matches: NO_VERSIONS,
    includes: NO_VERSIONS,
    issues: [...parsed.issues, ...told(explained, plan)],
    total,
    countOnly: true,
    self,
    first: undefined,
    next: undefined,
  }
}

const NO_VERSIONS: readonly Revealed[] = Object.freeze([])

interface Page extends Pick<FoundPage, 'start' | 'next' | 'total'> {
  readonly matches: readonly Revealed[]
  /** undefined: the first. */
  readonly place: Place | undefined
}

async function pageOf(
  context: ServiceContext,
  call: Call,
  { consistent = false }: SearchRequest,
  { parts, parsed, sealed }: SearchPlan,
  explained: Explanation | undefined,
): Promise<Page> {
  const { ports, limits } = context
  const count = parsed.count ?? limits.pageSizeDefault
  const [part] = parts
  if (parsed.cursor === undefined && part && parts.length === 1) {
    const named = await readNamed(context, call, part, count)
    if (named) return { matches: named, place: undefined, start: undefined, next: undefined, total: named.length }
  }
  const place =
    parsed.cursor === undefined || parsed.cursor === LAST_PAGE
      ? parsed.cursor && FROM_THE_END
      : decodeCursor(ports.sealer, call.tenant, parsed.cursor, sealed, ports.clock.now())
  const asked = { count, place, total: parsed.total, consistent, ...traceOf(explained) }
  const { runs, ...page } = await findPage(context, call, parts, asked)
  if (parsed.contained === 'false') {
    const matches = await readRuns(context, call, runs)
    return { ...page, place, matches: scored(parsed, matches) }
  }
  const total = page.total ?? (place || page.next ? undefined : sizeOf(runs))
  return { ...page, total, place, matches: await readInside(context, call, runs, parsed) }
}

const FROM_THE_END: Place = Object.freeze({ after: undefined, backwards: true })

/** What is left of the hits, in their order; those of one query are read together. */
async function readRuns(context: ServiceContext, call: Call, runs: readonly FoundRun[]): Promise<readonly Revealed[]> {
  const [only] = runs
  if (!only) return NO_VERSIONS
  if (runs.length === 1) return readHits(context, call, only.query, only.hits)
  const byQuery = Map.groupBy(runs, run => run.query)
  const read = await Promise.all(
    [...byQuery].map(([query, its]) =>
      readHits(
        context,
        call,
        query,
        its.flatMap(run => run.hits),
      ),
    ),
  )
  const versions = new Map(read.flat().map(version => [keyOf(version), version]))
  return runs.flatMap(run => run.hits.flatMap(hit => versions.get(keyOf(hit)) ?? []))
}

const scored = ({ relevance }: ContainedReturn, versions: readonly Revealed[]): readonly Revealed[] =>
  relevance ? versions.map(version => ({ ...version, score: scoreOf(relevance, version.content()) })) : versions

const sizeOf = (runs: readonly FoundRun[]): number => runs.reduce((sum, { hits }) => sum + hits.length, 0)

/** Containers come once, however many hits are in them: R4 bundle.html#invs, bdl-7. */
async function readInside(
  context: ServiceContext,
  call: Call,
  runs: readonly FoundRun[],
  parsed: ContainedReturn,
): Promise<readonly Revealed[]> {
  const read = await Promise.all(
    runs.map(async ({ query, hits }) =>
      isContainedType(query.type)
        ? readContained(context, call, query, hits, parsed)
        : scored(parsed, await readHits(context, call, query, hits)),
    ),
  )
  const distinct = new Map<string, Revealed>()
  for (const version of read.flat()) if (version) distinct.set(addressOf(version), version)
  return [...distinct.values()]
}

const keyOf = ({ type, id }: ResourceKey): string => `${type}/${id}`

/**
 * Where a page was reached by a link, there was a page before it, and it begins at a hit whose position the index has
 * given: the link back costs no look at what is there.
 */
function linksOf(
  { ports }: ServiceContext,
  call: Call,
  { parsed: { applied, cursor }, sealed }: SearchPlan,
  { place, start, next }: Page,
): Pick<SearchResult, 'self' | 'first' | 'previous' | 'next' | 'last'> {
  const end = ports.clock.now() + LINK_LIFE_MS
  const first = withCursor(applied, undefined)
  const last = withCursor(applied, LAST_PAGE)
  const { backwards = false } = place ?? {}
  const linked = (after: Position, towards: Pick<Place, 'backwards'>) =>
    withCursor(applied, encodeCursor(ports.sealer, call.tenant, { after, ...towards }, sealed, end))
  const onwards = next && linked(next, { backwards })
  // Of an empty page all lies behind: what is left begins at the other end.
  const back = place?.after && (start ? linked(start, { backwards: !backwards }) : backwards ? first : last)
  const [previous, following] = backwards ? [onwards, back] : [back, onwards]
  return {
    self: cursor === undefined ? first : withCursor(applied, cursor),
    first,
    previous,
    next: following,
    last: place || next ? last : undefined,
  }
}
