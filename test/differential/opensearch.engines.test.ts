/** OpenSearch answers a search as `evaluate` and `compareDocuments` do, whichever way its joins go. */
import { randomInt } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
import { OWN_OF_EACH_TYPE, withOwnParameters } from '#test/support/own-parameters.ts'
import { DEFINITIONS as BASE } from '#test/support/search-parameter.ts'

const DEFINITIONS = await withOwnParameters(BASE, OWN_OF_EACH_TYPE)

/** 5,040 searches; 50,400 where DIFFERENTIAL is large. */
const CORPORA = process.env.DIFFERENTIAL === 'large' ? 840 : 84
const QUERIES_PER_CORPUS = 60

/** Written together, and asked side by side. */
const CORPORA_AT_ONCE = 12

/** As in production, and so few that each search goes another way. */
const limits: fc.Arbitrary<JoinLimits> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(JOIN_LIMITS) },
  {
    weight: 3,
    arbitrary: fc.record({
      batch: fc.integer({ min: 1, max: 4 }),
      endsMax: fc.nat(6),
      gatheredMax: fc.nat(6),
      resourcesMax: fc.constant(1_000_000),
    }),
  },
)

let world: OpenSearchWorld

beforeAll(async () => {
  world = await openSearchWorld()
})

afterAll(() => world.close())

interface Case {
  readonly query: Query
  readonly sort: readonly SortKey[]
  readonly count: number
  readonly limits: JoinLimits
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
      limits,
    }),
  )

interface Scenario {
  readonly corpus: readonly IndexDocument[]
  readonly deleted: readonly IndexDocument[]
  readonly writes: readonly IndexableVersion[]
  /** Of its searches. */
  readonly seed: number
}

const scenario: fc.Arbitrary<Scenario> = arbitraryCorpus(DEFINITIONS).chain(corpus =>
  fc.subarray([...corpus], { maxLength: 4 }).chain(deleted => {
    const writes = writesOf(corpus, deleted)
    return fc.record({
      corpus: fc.constant(corpus),
      deleted: fc.constant(deleted),
      writes: fc.shuffledSubarray(writes, { minLength: writes.length }),
      seed: fc.noBias(fc.integer()),
    })
  }),
)

test('finds what evaluate finds, in the order of compareDocuments, page by page', { timeout: 3_600_000 }, async () => {
  const seed = fc.readConfigureGlobal()?.seed ?? randomInt(2 ** 31)
  console.log(`${CORPORA * QUERIES_PER_CORPUS} searches, seed ${seed}`)
  const scenarios = fc.sample(scenario, { numRuns: CORPORA, seed })
  for (let start = 0; start < CORPORA; start += CORPORA_AT_ONCE) {
    const together = scenarios.slice(start, start + CORPORA_AT_ONCE)
    const tenantAt = (place: number) => tenantOf(`corpus-${start + place}`)
    // What comes late comes in a later request, after a refresh.
    for (const half of [0, 1] as const) {
      await Promise.all(together.map(({ writes }, place) => write(tenantAt(place), halfOf(writes, half))))
      await world.writer.refresh(soon())
    }
    await Promise.all(together.map((one, place) => ask(tenantAt(place), one)))
  }
})

const halfOf = <Item>(items: readonly Item[], half: 0 | 1): readonly Item[] => {
  const middle = items.length >> 1
  return half === 0 ? items.slice(0, middle) : items.slice(middle)
}

async function write(tenant: Tenant, writes: readonly IndexableVersion[]): Promise<void> {
  expect(await world.writer.write(tenant, writes, soon())).toEqual([])
}

/** What differs is made smaller over the corpus as it is written: to write others takes too long. */
async function ask(tenant: Tenant, { corpus, deleted, seed }: Scenario): Promise<void> {
  const alive = corpus.filter(document => !deleted.includes(document))
  const property = fc.asyncProperty(arbitraryCase(corpus), one => check(tenant, alive, one))
  await fc.assert(property, { numRuns: QUERIES_PER_CORPUS, seed, reporter: report })
}

const soon = (): number => Date.now() + 60_000

async function check(tenant: Tenant, alive: readonly IndexDocument[], one: Case): Promise<void> {
  const found = await pages(tenant, one)
  const forwards = expectedIds(alive, one)
  const ids = one.backwards ? forwards.toReversed() : forwards
  const expected = { ids, totals: found.totals.map(() => ids.length) }
  if (!isDeepStrictEqual(found, expected)) throw new Error(difference(alive, one, found, expected))
}

/** Says the one search that differs, and nothing of the others. */
function report<Value>({ failed, errorInstance }: fc.RunDetails<Value>): void {
  if (failed) throw errorInstance
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
  const index = world.index(limits)
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
    const page: SearchPage = await index.search(tenant, after ? { ...request, after } : request)
    ids.push(...page.hits.map(hit => `${hit.id} ${hit.versionId}`))
    totals.push(page.total)
    // A position travels as JSON inside a page link.
    after = page.next && (JSON.parse(JSON.stringify(page.next)) as Position)
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
