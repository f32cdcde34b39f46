/** OpenSearch answers a search as `evaluate` and `compareDocuments` do, whichever way its joins go. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenSearchIndex } from '#adapters/opensearch/index.ts'
import { JOIN_LIMITS, type JoinLimits } from '#adapters/opensearch/joins/join-budget.ts'
import { type Tenant, tenantOf } from '#service/call.ts'
import type { Position, SearchPage } from '#service/ports/search-index.ts'
import type { IndexableVersion } from '#service/ports/search-writer.ts'
import type { Query, ScopedQuery, SortKey } from '#service/search/ast.ts'
import { compareText } from '#service/search/compare-text.ts'
import type { IndexDocument } from '#service/search/document.ts'
import { compareDocuments } from '#service/search/sort.ts'
import {
  arbitraryCorpus,
  arbitraryQuery,
  arbitrarySort,
  lookupIn,
  olderVersion,
  searchInMemory,
} from '#test/support/arbitrary-search.ts'
import { type OpenSearchWorld, openSearchWorld } from '#test/support/opensearch-world.ts'
import { DEFINITIONS } from '#test/support/search-parameter.ts'

/** 840 searches, some minutes of the engine's time; 50,400 where DIFFERENTIAL is large. SQLite has 5,040 each time. */
const CORPORA = process.env.DIFFERENTIAL === 'large' ? 840 : 14
const QUERIES_PER_CORPUS = 60

/** As in production; tiny batches; everything from the near side. */
const LIMITS: readonly JoinLimits[] = [
  JOIN_LIMITS,
  { batch: 2, endsMax: 4, gatheredMax: 6, resourcesMax: 1_000_000 },
  { batch: 3, endsMax: 0, gatheredMax: 0, resourcesMax: 1_000_000 },
]

let world: OpenSearchWorld
let indexes: readonly OpenSearchIndex[]

beforeAll(async () => {
  world = await openSearchWorld()
  indexes = LIMITS.map(limits => world.index(limits))
})

afterAll(() => world.close())

interface Case {
  readonly query: Query
  readonly sort: readonly SortKey[]
  readonly count: number
  readonly limits: number
  /** Then the whole order is turned around. */
  readonly backwards: boolean
}

const arbitraryCase = (corpus: readonly IndexDocument[]): fc.Arbitrary<Case> =>
  arbitraryQuery(DEFINITIONS, corpus).chain(query =>
    fc.record({
      query: fc.constant(query),
      sort: arbitrarySort(DEFINITIONS, corpus, query.type),
      count: fc.integer({ min: 1, max: 8 }),
      backwards: fc.boolean(),
      limits: fc.nat(LIMITS.length - 1),
    }),
  )

const scenario = arbitraryCorpus(DEFINITIONS).chain(corpus =>
  fc.subarray([...corpus], { maxLength: 4 }).chain(deleted => {
    const writes = writesOf(corpus, deleted)
    return fc.record({
      corpus: fc.constant(corpus),
      deleted: fc.constant(deleted),
      writes: fc.shuffledSubarray(writes, { minLength: writes.length }),
      cases: fc.array(arbitraryCase(corpus), { minLength: QUERIES_PER_CORPUS, maxLength: QUERIES_PER_CORPUS }),
    })
  }),
)

test('finds what evaluate finds, in the order of compareDocuments, page by page', { timeout: 3_600_000 }, async () => {
  let tenants = 0
  const property = fc.asyncProperty(scenario, async ({ corpus, deleted, writes, cases }) => {
    const tenant = tenantOf(`corpus-${++tenants}`)
    // Two requests: what comes late comes in a later one, too.
    const half = writes.length >> 1
    expect(await world.writer.write(tenant, writes.slice(0, half), soon())).toEqual([])
    expect(await world.writer.write(tenant, writes.slice(half), soon())).toEqual([])
    await world.writer.refresh(soon())
    const alive = corpus.filter(document => !deleted.includes(document))
    await Promise.all(cases.map(one => check(tenant, alive, one)))
  })
  await fc.assert(property, { numRuns: CORPORA, reporter: report })
})

const soon = (): number => Date.now() + 60_000

async function check(tenant: Tenant, alive: readonly IndexDocument[], one: Case): Promise<void> {
  const found = await pages(tenant, one)
  const forwards = expectedIds(alive, one)
  const ids = one.backwards ? forwards.toReversed() : forwards
  const expected = { ids, totals: found.totals.map(() => ids.length) }
  if (!isDeepStrictEqual(found, expected)) throw new Error(difference(alive, one, found, expected))
}

/** Says the seed, and the one search that differs instead of the whole corpus. */
function report<Scenario>({ failed, seed, counterexamplePath, errorInstance }: fc.RunDetails<Scenario>): void {
  console.log(`${CORPORA * QUERIES_PER_CORPUS} searches, seed ${seed}`)
  if (failed) throw new Error(`seed ${seed}, path ${counterexamplePath}: ${errorInstance}`, { cause: errorInstance })
}

function difference(documents: readonly IndexDocument[], one: Case, found: unknown, expected: unknown): string {
  const compact = (_name: string, value: unknown) =>
    typeof value === 'object' && value !== null && 'url' in value && 'code' in value ? value.code : value
  const inType = documents.filter(document => document.type === one.query.type)
  const parts = { one, found, expected, inType }
  return Object.entries(parts)
    .map(([name, value]) => `${name}: ${JSON.stringify(value, compact)}`)
    .join('\n')
}

/** Ties come in the order of ids, whatever the direction of the first key. */
const expectedIds = (documents: readonly IndexDocument[], { query, sort }: Case): string[] =>
  searchInMemory(documents, query, [])
    .sort((left, right) => compareText(left.id, right.id))
    .sort(compareDocuments(sort, lookupIn(documents)))
    .map(document => `${document.id} ${document.versionId}`)

async function pages(
  tenant: Tenant,
  { query, sort, count, limits, backwards }: Case,
): Promise<{ ids: string[]; totals: (number | undefined)[] }> {
  const ids: string[] = []
  const totals: (number | undefined)[] = []
  let after: Position | undefined
  do {
    const request = {
      query: query as ScopedQuery,
      sort,
      count,
      backwards,
      total: 'accurate',
      deadline: soon(),
    } as const
    const page: SearchPage | undefined = await indexes[limits]?.search(tenant, after ? { ...request, after } : request)
    ids.push(...(page?.hits ?? []).map(hit => `${hit.id} ${hit.versionId}`))
    totals.push(page?.total)
    // A position travels as JSON inside a page link.
    after = page?.next && (JSON.parse(JSON.stringify(page.next)) as Position)
  } while (after)
  return { ids, totals }
}

/** All versions there ever were. Those before the newest hold what another resource of the type has. */
const writesOf = (corpus: readonly IndexDocument[], deleted: readonly IndexDocument[]): IndexableVersion[] =>
  corpus.flatMap(document => {
    const { type, id, versionId, lastUpdated } = document
    const other = corpus.findLast(each => each.type === type) ?? document
    const older = Array.from({ length: versionId - 1 }, (_, index) => olderVersion(document, other, index + 1))
    const containedMax = Math.max(...[...older, document].map(({ contained }) => contained?.length ?? 0))
    const newest = Object.assign(document, { containedMax })
    const end = deleted.includes(document)
      ? [{ type, id, versionId: versionId + 1, lastUpdated, deleted: true, containedMax } as const]
      : []
    return [...older, newest, newest, ...end]
  })
