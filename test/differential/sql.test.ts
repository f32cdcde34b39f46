/** SQL answers a search as `evaluate` and `compareDocuments` do, whichever plan it takes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReader, openWriter, prepareFolder } from '#adapters/embedded/database.ts'
import { DictionaryReader } from '#adapters/embedded/dictionary-reader.ts'
import { type PlanLimits, QUICK_LIMITS, THOROUGH_LIMITS } from '#adapters/embedded/search/compile-context.ts'
import { Searcher } from '#adapters/embedded/search/searcher.ts'
import { encodeCommit } from '#adapters/embedded/wire.ts'
import { Writer } from '#adapters/embedded/writer.ts'
import { type Tenant, tenantOf } from '#service/call.ts'
import type { Change } from '#service/ports/resource-store.ts'
import type { Position, SearchPage } from '#service/ports/search-index.ts'
import type { Query, ScopedQuery, SortKey } from '#service/search/ast.ts'
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
import { OWN_OF_EACH_TYPE, withOwnParameters } from '#test/support/own-parameters.ts'
import { DEFINITIONS as BASE } from '#test/support/search-parameter.ts'

const DEFINITIONS = await withOwnParameters(BASE, OWN_OF_EACH_TYPE)

/** 5,040 searches; 50,400 where DIFFERENTIAL is large. */
const CORPORA = process.env.DIFFERENTIAL === 'large' ? 2_100 : 210
const QUERIES_PER_CORPUS = 24

const OTHERS = {
  countedRowsMax: 1000,
  mergedMax: 1,
  expandedMax: 1,
  joinPatienceMs: 0,
  totalRowsMax: Number.POSITIVE_INFINITY,
}

/** Plans for every taste: those of production, lists gone through side by side wherever there are two, everything
 * too long to sort, nothing merged or expanded, joins listed as a whole wherever they are tested. */
const LIMITS: readonly PlanLimits[] = [
  QUICK_LIMITS,
  THOROUGH_LIMITS,
  { ...QUICK_LIMITS, selectiveRows: 1 },
  { ...QUICK_LIMITS, selectiveRows: 0, joinPatienceMs: 0 },
  { ...THOROUGH_LIMITS, selectiveRows: 0, estimatedRowsMax: 1, walkedWeight: 0, countedRowsMax: 1 },
  { ...OTHERS, selectiveRows: 0, estimatedRowsMax: 3, walkedWeight: 0 },
]

const folder = mkdtempSync(join(tmpdir(), 'sql-differential-'))
let database: DatabaseSync
let writer: Writer
let reader: DatabaseSync
let searcher: Searcher

beforeAll(() => {
  prepareFolder(folder)
  database = openWriter(folder)
  writer = new Writer(database)
  reader = openReader(folder)
  searcher = new Searcher(reader, new DictionaryReader(reader))
})

afterAll(() => {
  database.close()
  reader.close()
  rmSync(folder, { recursive: true })
})

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
      limits: fc.nat(LIMITS.length - 1),
      backwards: fc.boolean(),
    }),
  )

test('finds what evaluate finds, in the order of compareDocuments, page by page', { timeout: 1_800_000 }, () => {
  let tenants = 0
  const scenario = arbitraryCorpus(DEFINITIONS).chain(corpus =>
    fc.record({
      corpus: fc.constant(corpus),
      trigrams: fc.boolean(),
      deleted: fc.subarray([...corpus], { maxLength: 4 }),
      cases: fc.array(arbitraryCase(corpus), { minLength: QUERIES_PER_CORPUS, maxLength: QUERIES_PER_CORPUS }),
    }),
  )
  fc.assert(
    fc.property(scenario, ({ corpus, deleted, trigrams, cases }) => {
      const tenant = tenantOf(`corpus-${++tenants}`)
      write(tenant, corpus, deleted)
      if (trigrams) while (writer.addTrigrams());
      const alive = corpus.filter(document => !deleted.includes(document))
      for (const one of cases) {
        const found = pages(tenant, one)
        const forwards = expectedIds(alive, one)
        const ids = one.backwards ? forwards.toReversed() : forwards
        const expected = { ids, totals: found.totals.map(() => ids.length) }
        if (!isDeepStrictEqual(found, expected)) throw new Error(difference(alive, one, found, expected))
      }
    }),
    { numRuns: CORPORA, reporter: report },
  )
})

/** Says the seed, and the one search that differs instead of the whole corpus. */
function report<Scenario>({ failed, seed, counterexamplePath, errorInstance }: fc.RunDetails<Scenario>): void {
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

/** Ties come in the order of creation, turned round where the first key is descending. */
function expectedIds(documents: readonly IndexDocument[], { query, sort }: Case): string[] {
  const matches = searchInMemory(documents, query, [])
  if (sort[0]?.descending) matches.reverse()
  return matches
    .sort(compareDocuments(sort, lookupIn(documents)))
    .map(document => `${document.id} ${document.versionId}`)
}

function pages(tenant: Tenant, { query, sort, count, limits, backwards }: Case): { ids: string[]; totals: number[] } {
  const ids: string[] = []
  const totals: number[] = []
  let after: Position | undefined
  do {
    const request = { query: query as ScopedQuery, sort, count, backwards, total: 'accurate', deadline: 0 } as const
    const page: SearchPage = searcher.search(
      tenant,
      after ? { ...request, after } : request,
      10_000,
      LIMITS[limits] ?? QUICK_LIMITS,
    )
    ids.push(...(page.hits ?? []).map(hit => `${hit.id} ${hit.versionId}`))
    totals.push(page.total ?? Number.NaN)
    after = page.next && (JSON.parse(JSON.stringify(page.next)) as Position)
  } while (after)
  return { ids, totals }
}

/** Versions before the newest hold what another resource of the type has, so that every row of theirs has to go. */
function write(tenant: Tenant, corpus: readonly IndexDocument[], deleted: readonly IndexDocument[]) {
  for (let versionId = 1; versionId <= 4; versionId++) {
    const changes = corpus.flatMap((document): Change[] => {
      if (versionId === document.versionId) return [changeOf(document, versionId)]
      if (versionId > document.versionId) {
        const gone = versionId === document.versionId + 1 && deleted.includes(document)
        return gone
          ? [{ ...changeOf(document, versionId), method: 'DELETE', body: undefined, document: undefined }]
          : []
      }
      const other = corpus.findLast(each => each.type === document.type) ?? document
      return [changeOf(olderVersion(document, other, versionId), versionId)]
    })
    const request = encodeCommit(tenant, { changes, deadline: 0 }, 0)
    expect(writer.writeGroup([request], () => 0)).toEqual([{ committed: true }])
  }
}

const changeOf = (document: IndexDocument, versionId: number): Change => ({
  type: document.type,
  id: document.id,
  versionId,
  lastUpdated: document.lastUpdated,
  method: 'PUT',
  body: '{}',
  compartments: document.compartments,
  securityLabels: [],
  provenance: { author: 'test', door: 'rest', requestId: 'test' },
  document,
})
