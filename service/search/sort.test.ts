import { expect, test } from 'vitest'
import { searchParameter } from '#test/support/search-parameter.ts'
import type { SortKey } from './ast.ts'
import type { IndexDocument, IndexValue } from './document.ts'
import { compareDocuments, sortValueOf } from './sort.ts'

const NAME = searchParameter('Patient', 'name')
const BIRTH_DATE = searchParameter('Patient', 'birthdate')
const ascending = (parameter: SortKey['parameter']): SortKey => ({ parameter, descending: false })
const descending = (parameter: SortKey['parameter']): SortKey => ({ parameter, descending: true })

const documentOf = (id: string, names: IndexValue[], dates: IndexValue[] = []): IndexDocument => ({
  type: 'Patient',
  id,
  versionId: 1,
  lastUpdated: 0,
  entries: [
    { parameter: NAME, values: names },
    { parameter: BIRTH_DATE, values: dates },
  ].filter(({ values }) => values.length > 0),
  compartments: [],
})

const name = (value: string): IndexValue => ({ kind: 'string', value, normalized: value.toLowerCase() })
const date = (low: number, high: number): IndexValue => ({ kind: 'date', low, high })

const sorted = (documents: readonly IndexDocument[], ...sort: SortKey[]): string =>
  documents
    .toSorted(compareDocuments(sort))
    .map(({ id }) => id)
    .join(' ')

test('several values sort by the least, descending by the greatest; without a value comes last either way', () => {
  const documents = [
    documentOf('none', []),
    documentOf('bz', [name('b'), name('Z')]),
    documentOf('ac', [name('c'), name('A')]),
    documentOf('d', [name('d')]),
  ]
  expect(sorted(documents, ascending(NAME))).toBe('ac bz d none')
  expect(sorted(documents, descending(NAME))).toBe('bz d ac none')
})

test('the second key orders what the first leaves equal, and ties stay as they are', () => {
  const documents = [
    documentOf('x', [name('a')], [date(5, 6)]),
    documentOf('y', [name('a')], [date(9, 10)]),
    documentOf('z', [name('A')], [date(1, 2)]),
  ]
  expect(sorted(documents, ascending(NAME), descending(BIRTH_DATE))).toBe('y x z')
  expect(sorted(documents, ascending(NAME))).toBe('x y z')
  expect(sorted(documents)).toBe('x y z')
})

test('text sorts by code point', () => {
  const documents = [documentOf('emoji', [name('😀')]), documentOf('private', [name('\uffee')])]
  expect(sorted(documents, ascending(NAME))).toBe('private emoji')
})

test.each<[string, IndexValue[], string | number, string | number]>([
  ['dates by their start, descending by their end', [date(1, 9), date(2, 5)], 1, 9],
  [
    'numbers',
    [
      { kind: 'number', low: 1, high: 2 },
      { kind: 'number', low: 0, high: 1 },
    ],
    0,
    2,
  ],
  ['quantities', [{ kind: 'quantity', low: 1, high: 2, system: 's', code: 'c', unit: 'u' }], 1, 2],
  [
    'tokens by code, then system',
    [
      { kind: 'token', system: 'z', code: 'a' },
      { kind: 'token', system: 'y', code: 'a' },
    ],
    'a\u0001y',
    'a\u0001z',
  ],
  ['uris', [{ kind: 'uri', value: 'urn:a' }], 'urn:a', 'urn:a'],
  [
    'references by type and id, or URL',
    [
      { kind: 'reference', type: 'Patient', id: '1', url: undefined, version: '2' },
      { kind: 'reference', type: undefined, id: undefined, url: 'http://x.org', version: undefined },
    ],
    'Patient/1',
    'http://x.org',
  ],
])('%s', (_, values, least, greatest) => {
  const document = documentOf('1', values)
  expect([sortValueOf(NAME, document, false), sortValueOf(NAME, document, true)]).toEqual([least, greatest])
})
