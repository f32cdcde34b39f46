import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { SearchRequest } from '#service/ports/search-index.ts'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import { changeOf, documentOf, freshTenant, soon } from '#test/contract/changes.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { openReader } from '../database.ts'
import { DictionaryReader } from '../dictionary-reader.ts'
import { openEmbedded, type PrimaryEngine } from '../open-embedded.ts'
import { QUICK_LIMITS } from './compile-context.ts'
import { SearchPool } from './search-pool.ts'
import { Searcher } from './searcher.ts'
import { OutOfTime } from './tick.ts'

/** More than the rows between two looks at the clock. */
const RESOURCES = 600

const tenant = freshTenant()
const folder = mkdtempSync(join(tmpdir(), 'embedded-search-'))
let engine: PrimaryEngine

beforeAll(async () => {
  engine = await openEmbedded({ role: 'primary', folder })
  const changes = Array.from({ length: RESOURCES }, (_, index) =>
    changeOf('Patient', `p${index}`, 1, {
      document: documentOf('Patient', `p${index}`, { family: [{ kind: 'string', value: 'A', normalized: 'a' }] }),
    }),
  )
  await engine.store.commit(tenant, { changes, deadline: soon() })
})

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true })
})

const request: SearchRequest = {
  query: {
    type: 'Patient',
    where: { kind: 'not', node: { kind: 'compartment', compartment: 'Patient/1' } },
  } as ScopedQuery,
  sort: [],
  count: RESOURCES,
  total: 'none',
  deadline: 0,
}

test('a search is given up in the middle, and the connection is good for the next', () => {
  const database = openReader(folder)
  const searcher = new Searcher(database, new DictionaryReader(database))
  for (let round = 0; round < 3; round++) {
    expect(() => searcher.search(tenant, request, 0, QUICK_LIMITS)).toThrow(OutOfTime)
    expect(searcher.search(tenant, request, 60_000, QUICK_LIMITS).hits).toHaveLength(RESOURCES)
  }
  database.close()
})

test('a pool answers more searches than it has threads, and tells those out of time', async () => {
  const pool = new SearchPool(folder, 2)
  const times = [60_000, 60_000, -1, 0, 60_000, 60_000]
  const searches = times.map(time => pool.search(tenant, request, time).catch((error: unknown) => error))
  const results = await Promise.all(searches)
  expect(results.map(result => (result instanceof OutOfTime ? 'out of time' : 'page'))).toEqual([
    'page',
    'page',
    'out of time',
    'out of time',
    'page',
    'page',
  ])
  await pool.close()
})

test('a pool passes on what a search is refused for', async () => {
  const pool = new SearchPool(folder, 1)
  const named = (value: number): Node => ({
    kind: 'string',
    parameter: searchParameter('Patient', 'family'),
    mode: 'starts',
    value: String(value),
  })
  const nodes = Array.from({ length: 3_000 }, (_, value) => named(value))
  const query = { type: 'Patient', where: { kind: 'or', nodes } } as unknown as ScopedQuery
  const failure = await pool.search(tenant, { ...request, query }, 60_000).catch((error: unknown) => error)
  expect(Fault.is(failure) && [failure.category, failure.issues]).toEqual([
    'too-costly',
    [
      {
        severity: 'error',
        code: 'too-costly',
        diagnostics: 'The search has too many alternatives or joins. Split it into several.',
      },
    ],
  ])
  await pool.close()
})

test('a pool that closes gives up what it is at', async () => {
  const pool = new SearchPool(folder, 1)
  const searches = [1, 2].map(() => pool.search(tenant, request, 60_000).catch((error: unknown) => error))
  await pool.close()
  expect((await Promise.all(searches)).map(String)).toEqual(Array(2).fill('Fault: The server is shutting down.'))
})
