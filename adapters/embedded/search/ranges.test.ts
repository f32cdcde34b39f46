/** Several ranges of one parameter in one search, over rows of all widths. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Comparator, Node, ScopedQuery, SortKey } from '#service/search/ast.ts'
import type { IndexDocument, IndexValue } from '#service/search/document.ts'
import { evaluateQuery, NO_LOOKUP } from '#service/search/evaluate.ts'
import { compareDocuments } from '#service/search/sort.ts'
import { changeOf, documentOf, freshTenant, soon } from '#test/contract/changes.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { openReader } from '../database.ts'
import { DictionaryReader } from '../dictionary-reader.ts'
import { openEmbedded } from '../open-embedded.ts'
import { QUICK_LIMITS } from './compile-context.ts'
import { Searcher } from './searcher.ts'

const HOUR = 3_600_000
const WIDTHS = [1, HOUR, 24 * HOUR, 24 * HOUR + 1, 70 * HOUR, 10_000 * HOUR]
const DATES = Array.from({ length: 120 }, (_, index) => {
  const low = ((index * 37) % 100) * HOUR
  return { kind: 'date', low, high: low + (WIDTHS[index % WIDTHS.length] ?? 0) } as const
})
const quantity = (low: number, high: number): IndexValue => ({
  ...{ kind: 'quantity', low, high, system: 's', code: 'mg', unit: 'mg' },
})

/** No resource has two dates, or two values but of component-value-quantity. */
const DOCUMENTS: readonly IndexDocument[] = DATES.map((date, index) =>
  documentOf('Observation', `o${index}`, {
    date: [date],
    'value-quantity': index % 5 === 0 ? [] : [quantity(index % 20, (index % 20) + (index % 7 === 0 ? 5 : 0))],
    'component-value-quantity': [quantity(index % 20, index % 20), quantity(100 + (index % 20), 120)],
  }),
)

const tenant = freshTenant()
const folder = mkdtempSync(join(tmpdir(), 'embedded-ranges-'))
let searcher: Searcher
let close: () => void

beforeAll(async () => {
  const engine = await openEmbedded({ role: 'primary', folder })
  const changes = DOCUMENTS.map(document => changeOf('Observation', document.id, 1, { document }))
  await engine.store.commit(tenant, { changes, deadline: soon() })
  await engine.close()
  const database = openReader(folder)
  searcher = new Searcher(database, new DictionaryReader(database))
  close = () => database.close()
})

afterAll(() => {
  close()
  rmSync(folder, { recursive: true })
})

const comparator = fc.constantFrom<Comparator>('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap')

const dateNode = fc.record({ comparator, hour: fc.nat(110), hours: fc.constantFrom(1, 24, 60) }).map(
  ({ hour, hours, ...node }): Node => ({
    ...{ kind: 'date', parameter: searchParameter('Observation', 'date'), low: hour * HOUR },
    ...{ high: (hour + hours) * HOUR, ...node },
  }),
)

const quantityNode = fc
  .record({
    comparator,
    value: fc.nat(125),
    code: fc.constantFrom('value-quantity', 'component-value-quantity'),
  })
  .map(
    ({ value, code, ...node }): Node => ({
      ...{ kind: 'quantity', parameter: searchParameter('Observation', code), system: 's', code: 'mg' },
      ...{ value, low: value - 0.5, high: value + 0.5, ...node },
    }),
  )

const trees = fc
  .array(fc.oneof(dateNode, quantityNode), { minLength: 1, maxLength: 4 })
  .map((nodes): Node => ({ kind: 'and', nodes }))

const sorts = fc.constantFrom<readonly SortKey[]>(
  [],
  ...['date', 'value-quantity'].flatMap(code =>
    [true, false].map(descending => [{ parameter: searchParameter('Observation', code), descending }]),
  ),
)

/** Sorted and gone through in an index, however many match. */
const LIMITS = [
  QUICK_LIMITS,
  { ...QUICK_LIMITS, selectiveRows: 0, estimatedRowsMax: 1, walkedWeight: 0, countedRowsMax: 1 },
]

test('ranges of one parameter mean what they mean one by one, in every order', () => {
  fc.assert(
    fc.property(trees, sorts, fc.constantFrom(...LIMITS), fc.constantFrom(2, 200), (where, sort, limits, count) => {
      const query = { type: 'Observation', where } as ScopedQuery
      const { hits } = searcher.search(tenant, { query, sort, count, total: 'none', deadline: 0 }, 60_000, limits)
      const matches = DOCUMENTS.filter(document => evaluateQuery(query, document, NO_LOOKUP))
      // Equals come by key, in the direction of the first.
      const sorted = (sort[0]?.descending ? matches.toReversed() : matches).toSorted(compareDocuments(sort))
      expect(hits.map(({ id }) => id)).toEqual(sorted.slice(0, count).map(({ id }) => id))
    }),
    { numRuns: 1_000 },
  )
})
