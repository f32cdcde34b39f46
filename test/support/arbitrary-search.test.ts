import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { createDefinitions } from '#service/definitions.ts'
import {
  arbitraryCorpus,
  arbitraryQuery,
  arbitrarySort,
  isSorted,
  searchInMemory,
  withContained,
} from './arbitrary-search.ts'

const definitions = createDefinitions().for(tenantOf('test'))

const searches = arbitraryCorpus(definitions).chain(corpus =>
  arbitraryQuery(definitions, corpus).chain(query =>
    arbitrarySort(definitions, corpus, query.type).map(sort => ({ corpus, query, sort })),
  ),
)

test('random searches find something, and not everything, often enough to compare engines by', () => {
  const samples = fc.sample(searches, { numRuns: 400, seed: 7 })
  const sizes = samples.map(({ corpus, query, sort }) => ({
    hits: searchInMemory(corpus, query, sort).length,
    all: withContained(corpus).filter(document => document.type === query.type).length,
  }))
  const telling = sizes.filter(({ hits, all }) => hits > 0 && hits < all).length
  const empty = sizes.filter(({ hits }) => hits === 0).length
  expect(telling).toBeGreaterThan(100)
  expect(empty).toBeLessThan(240)
})

test('the reference search sorts', () => {
  fc.assert(
    fc.property(searches, ({ corpus, query, sort }) => isSorted(searchInMemory(corpus, query, sort), sort, corpus)),
    { numRuns: 100 },
  )
})
