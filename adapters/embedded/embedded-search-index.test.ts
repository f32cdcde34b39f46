import { expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { SearchPage, SearchRequest } from '#service/ports/search-index.ts'
import type { ScopedQuery } from '#service/search/ast.ts'
import { freshTenant } from '#test/contract/changes.ts'
import { type EmbeddedIndexParts, EmbeddedSearchIndex } from './embedded-search-index.ts'
import { QUICK_LIMITS } from './search/compile-context.ts'
import { OutOfTime } from './search/tick.ts'

const clock = { now: () => 5_000 }
const request: SearchRequest = {
  query: { type: 'Patient', where: { kind: 'everything' } } as ScopedQuery,
  sort: [],
  count: 1,
  total: 'none',
  deadline: 7_500,
}
const page: SearchPage = { hits: [], next: undefined, total: undefined }

function index(inline: () => SearchPage, pooled: (() => Promise<SearchPage>) | undefined) {
  const times: [where: string, milliseconds: number][] = []
  const searcher: EmbeddedIndexParts['searcher'] = {
    search: (_tenant, _request, milliseconds, limits) => {
      times.push([limits === QUICK_LIMITS ? 'quick' : 'thorough', milliseconds])
      return inline()
    },
  }
  const pool: EmbeddedIndexParts['pool'] = pooled && {
    search: (_tenant, _request, milliseconds) => {
      times.push(['pool', milliseconds])
      return pooled()
    },
  }
  const subject = new EmbeddedSearchIndex({ searcher, pool, clock })
  return { search: () => subject.search(freshTenant(), request).catch((error: unknown) => error), times }
}

const outOfTime = () => {
  throw new OutOfTime()
}

const refusal = (failure: unknown) => Fault.is(failure) && [failure.category, failure.message]

const TOO_COSTLY = [
  'too-costly',
  'The search was given up after the 2.5 seconds it may take. Give it more, or more selective, parameters.',
]

test('answers short searches on its own thread', async () => {
  const { search, times } = index(
    () => page,
    async () => page,
  )
  expect(await search()).toBe(page)
  expect(times).toEqual([['quick', 8]])
})

test('hands long ones to another thread, with all their time', async () => {
  const { search, times } = index(outOfTime, async () => page)
  expect(await search()).toBe(page)
  expect(times).toEqual([
    ['quick', 8],
    ['pool', 2_500],
  ])
})

test('gives up what is not done there in time', async () => {
  expect(refusal(await index(outOfTime, async () => outOfTime()).search())).toEqual(TOO_COSTLY)
})

test('searches to the end on a thread that has nothing else to do', async () => {
  const { search, times } = index(outOfTime, undefined)
  expect(refusal(await search())).toEqual(TOO_COSTLY)
  expect(times).toEqual([
    ['quick', 8],
    ['thorough', 2_500],
  ])
})

test('lets other failures through', async () => {
  const failure = new Error('no such table')
  const failing = () => {
    throw failure
  }
  expect(await index(failing, async () => page).search()).toBe(failure)
  expect(await index(outOfTime, async () => failing()).search()).toBe(failure)
})
