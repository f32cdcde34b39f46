/**
 * How SQLite goes about searches of each kind, with little data and no statistics: the text of the statements decides
 * which indexes it takes. A wrong one costs a thousandfold, and no other test would notice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SearchRequest } from '#service/ports/search-index.ts'
import type { Comparator, Node, ScopedQuery, SortKey } from '#service/search/ast.ts'
import type { IndexValue } from '#service/search/document.ts'
import { changeOf, documentOf, freshTenant } from '#test/contract/changes.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { openReader, openWriter, prepareFolder } from '../database.ts'
import { DictionaryReader } from '../dictionary-reader.ts'
import { encodeCommit } from '../wire.ts'
import { Writer } from '../writer.ts'
import { type PlanLimits, QUICK_LIMITS } from './compile-context.ts'
import { Searcher } from './searcher.ts'

const VALUES: Readonly<Record<string, Readonly<Record<string, readonly IndexValue[]>>>> = {
  Patient: { name: [{ kind: 'string', value: 'Ann', normalized: 'ann' }] },
  Observation: {
    code: [{ kind: 'token', system: 's', code: 'c' }],
    date: [{ kind: 'date', low: 10, high: 20 }],
    'value-quantity': [{ kind: 'quantity', low: 1, high: 1, system: 's', code: 'mg', unit: 'mg' }],
    subject: [{ kind: 'reference', type: 'Patient', id: '1', url: undefined, version: undefined }],
  },
}

/** Every list is too long to sort and to join from. */
const MANY: PlanLimits = { ...QUICK_LIMITS, selectiveRows: 0, estimatedRowsMax: 1, walkedWeight: 0, countedRowsMax: 1 }

const tenant = freshTenant()
const folder = mkdtempSync(join(tmpdir(), 'embedded-plans-'))
const prepared: string[] = []
let reader: DatabaseSync

beforeAll(() => {
  prepareFolder(folder)
  const database = openWriter(folder)
  const changes = Object.entries(VALUES).map(([type, values]) =>
    changeOf(type, '1', 1, { document: documentOf(type, '1', values) }),
  )
  new Writer(database).writeGroup([encodeCommit(tenant, { changes, deadline: 0 }, 0)], () => 0)
  database.close()
  reader = openReader(folder)
  const prepare = reader.prepare.bind(reader)
  reader.prepare = text => {
    prepared.push(text)
    return prepare(text)
  }
})

afterAll(() => {
  reader.close()
  rmSync(folder, { recursive: true })
})

/**
 * What SQLite says of the select that gives the keys of the page: how each table is come by, in the order of the loops.
 * Around it are the newest versions, each by its number.
 */
function planOf(
  type: string,
  where: Node,
  limits = QUICK_LIMITS,
  sort: readonly SortKey[] = [],
  place: Pick<SearchRequest, 'after' | 'backwards'> = {},
): string[] {
  prepared.length = 0
  // A new one has no statements from before.
  const searcher = new Searcher(reader, new DictionaryReader(reader))
  const query = { type, where } as ScopedQuery
  searcher.search(tenant, { query, sort, count: 1, total: 'none', deadline: 0, ...place }, 10_000, limits)
  const page = prepared.filter(text => text.includes('.version')).at(0)
  // SQLite would compile it anew with every search.
  expect(prepared.filter(text => text.includes('LIMIT ?'))).toEqual([])
  const steps = reader
    .prepare(`EXPLAIN QUERY PLAN ${page}`)
    .all()
    .map(row => String(row.detail).replace(/\bt\d+\b/g, 't'))
  expect([steps[0], ...steps.slice(-3)]).toEqual(['CO-ROUTINE t', 'SCAN t', HIT, NEWEST])
  return steps.slice(1, -3)
}

const code: Node = { kind: 'token', parameter: searchParameter('Observation', 'code'), system: 's', code: 'c' }
const date = (comparator: Comparator): Node => ({
  kind: 'date',
  parameter: searchParameter('Observation', 'date'),
  comparator,
  low: 0,
  high: 100,
})
const named: Node = { kind: 'string', parameter: searchParameter('Patient', 'name'), mode: 'starts', value: 'a' }
const subject = searchParameter('Observation', 'subject')

const HIT = 'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)'
const EVERY = 'SEARCH t USING COVERING INDEX resource_live (kind=?)'
const EQUAL_TOKEN = 'SEARCH t USING PRIMARY KEY (parameter=? AND code=? AND system=?)'
const EQUAL_REFERENCE = 'SEARCH t USING PRIMARY KEY (parameter=? AND target=? AND target_kind=?)'
const NEWEST = 'SEARCH v USING INTEGER PRIMARY KEY (rowid=?)'
const SORTED = ['USE TEMP B-TREE FOR ORDER BY']
const TO_TARGETS = [
  'SEARCH t USING COVERING INDEX reference_key (key=? AND parameter=?)',
  'SEARCH t USING INDEX resource_id (kind=? AND id=?)',
]

test('equal values come in key order, and end with the page', () => {
  expect(planOf('Observation', code)).toEqual([EQUAL_TOKEN])
})

test('a code alone is looked up under the systems it is stored with', () => {
  expect(planOf('Observation', { ...code, system: undefined })).toEqual([EQUAL_TOKEN])
})

test('alternatives are merged in key order', () => {
  const other: Node = { ...code, code: 'd' }
  const merge = ['MERGE (UNION)', 'LEFT', EQUAL_TOKEN, 'RIGHT', EQUAL_TOKEN]
  expect(planOf('Observation', { kind: 'or', nodes: [code, other] })).toEqual(['CO-ROUTINE t', ...merge, 'SCAN t'])
})

test('ranges are entered by the end that bounds them', () => {
  const low = (bounds: string) => [`SEARCH t USING PRIMARY KEY (parameter=? AND ${bounds})`, ...SORTED]
  const high = (bounds: string) => [`SEARCH t USING COVERING INDEX date_high (parameter=? AND ${bounds})`, ...SORTED]
  expect(planOf('Observation', date('eq'))).toEqual(low('low>? AND low<?'))
  for (const comparator of ['lt', 'le'] as const) expect(planOf('Observation', date(comparator))).toEqual(low('low<?'))
  expect(planOf('Observation', date('sa'))).toEqual(low('low>?'))
  for (const comparator of ['gt', 'ge'] as const) {
    expect(planOf('Observation', date(comparator))).toEqual(high('high>?'))
  }
  expect(planOf('Observation', date('eb'))).toEqual(high('high<?'))
})

/** Of a parameter that no resource has two values of: from a day before the one end to the other, and what is wider. */
const BETWEEN = [
  ...['MERGE (UNION ALL)', 'LEFT', 'SEARCH t USING PRIMARY KEY (parameter=? AND low>? AND low<?)'],
  'USE TEMP B-TREE FOR ORDER BY',
  ...['RIGHT', 'SEARCH t USING COVERING INDEX date_wide (parameter=? AND high>?)', 'USE TEMP B-TREE FOR ORDER BY'],
]

test('a range with two ends is one list, however it is said', () => {
  const since: Node = { kind: 'and', nodes: [date('ge'), date('lt')] }
  expect(planOf('Observation', since)).toEqual(BETWEEN)
  expect(planOf('Observation', date('ap'))).toEqual(BETWEEN)
})

test('a range is gone through in the order of the parameter it is of', () => {
  const dated: SortKey = { parameter: searchParameter('Observation', 'date'), descending: false }
  const changed: SortKey = { parameter: searchParameter('Observation', '_lastUpdated'), descending: true }
  const recent: Node = { ...date('ge'), parameter: searchParameter('Observation', '_lastUpdated') } as Node
  const low = 'SEARCH t USING PRIMARY KEY (parameter=? AND low>?)'
  const test = 'SEARCH t EXISTS USING COVERING INDEX date_key (key=? AND parameter=?)'
  expect(planOf('Observation', date('ge'), QUICK_LIMITS, [dated])).toEqual([low, test])
  expect(planOf('Observation', recent, QUICK_LIMITS, [changed])).toEqual([
    'SEARCH t USING COVERING INDEX resource_updated (kind=? AND last_updated>?)',
    'SEARCH t EXISTS USING INTEGER PRIMARY KEY (rowid=?)',
  ])
})

test('what does not drive is tested by the key', () => {
  const both: Node = { kind: 'and', nodes: [code, date('ge')] }
  const tested = 'SEARCH t EXISTS USING COVERING INDEX date_key (key=? AND parameter=?)'
  expect(planOf('Observation', both, MANY)).toEqual([EQUAL_TOKEN, tested])
})

test('lists of like length are gone through side by side', () => {
  const referring: Node = {
    kind: 'reference',
    parameter: subject,
    type: 'Patient',
    id: '1',
    url: undefined,
    version: undefined,
  }
  const plan = planOf('Observation', { kind: 'and', nodes: [code, referring] }, { ...QUICK_LIMITS, selectiveRows: 0 })
  const merge = ['MERGE (INTERSECT)', 'LEFT', EQUAL_TOKEN, 'RIGHT', EQUAL_REFERENCE]
  expect(plan).toEqual(['CO-ROUTINE t', ...merge, 'SCAN t'])
})

test('a negation goes through the type in key order', () => {
  const tested = 'SEARCH t USING COVERING INDEX token_key (key=? AND parameter=? AND code=? AND system=?)'
  const plan = [EVERY, 'CORRELATED SCALAR SUBQUERY 1', tested]
  expect(planOf('Observation', { kind: 'not', node: code })).toEqual(plan)
})

const chain: Node = { kind: 'chain', parameter: subject, query: { type: 'Patient', where: named } }

test('a chain to few targets is the list of what refers to them', () => {
  expect(planOf('Observation', chain)).toEqual([EQUAL_REFERENCE])
})

/** What each join comes to, each key once. */
const joined = (...steps: string[]) => ['CO-ROUTINE t', ...steps, 'USE TEMP B-TREE FOR DISTINCT']

test('a chain starts from its targets', () => {
  expect(planOf('Observation', chain, { ...QUICK_LIMITS, mergedMax: 0 })).toEqual([
    ...joined(
      'SEARCH t USING PRIMARY KEY (parameter=? AND normalized>? AND normalized<?)',
      HIT,
      'SEARCH t USING PRIMARY KEY (parameter=? AND target=? AND target_kind=?)',
    ),
    'SCAN t',
    ...SORTED,
  ])
})

test('a reverse chain starts from few sources', () => {
  const has: Node = { kind: 'has', parameter: subject, query: { type: 'Observation', where: code } }
  expect(planOf('Patient', has)).toEqual([...joined(EQUAL_TOKEN, ...TO_TARGETS), 'SCAN t', ...SORTED])
})

test('a join behind a join starts from each of its targets once, however many ways lead there', () => {
  const lacking: Node = { kind: 'missing', parameter: searchParameter('Observation', 'status'), missing: true }
  const has: Node = { kind: 'has', parameter: subject, query: { type: 'Observation', where: lacking } }
  const nested: Node = { kind: 'chain', parameter: subject, query: { type: 'Patient', where: has } }
  expect(planOf('Observation', nested, { ...QUICK_LIMITS, mergedMax: 0 })).toEqual([
    ...joined(
      ...joined(EVERY, ...TO_TARGETS),
      'SCAN t',
      HIT,
      'SEARCH t USING PRIMARY KEY (parameter=? AND target=? AND target_kind=?)',
    ),
    'SCAN t',
    ...SORTED,
  ])
})

test('what many candidates are tested by is listed once, where patience is at its end', () => {
  const negated: Node = { kind: 'not', node: chain }
  const limits = { ...QUICK_LIMITS, mergedMax: 0, joinPatienceMs: 0 }
  expect(planOf('Observation', negated, limits)).toEqual([
    EVERY,
    'CORRELATED SCALAR SUBQUERY 2',
    ...TO_TARGETS,
    'SEARCH t EXISTS USING COVERING INDEX string_key (key=? AND parameter=? AND normalized>? AND normalized<?)',
    'LIST SUBQUERY 5',
    ...joined(
      'SEARCH t USING PRIMARY KEY (parameter=? AND normalized>? AND normalized<?)',
      HIT,
      'SEARCH t USING PRIMARY KEY (parameter=? AND target=? AND target_kind=?)',
    ),
    'SCAN t',
    'CREATE BLOOM FILTER',
  ])
  expect(planOf('Observation', negated, { ...limits, joinPatienceMs: Number.POSITIVE_INFINITY })).not.toContain(
    'LIST SUBQUERY 5',
  )
})

test('many matches are read in the order of an index', () => {
  const newest: SortKey = { parameter: searchParameter('Observation', 'date'), descending: true }
  const changed: SortKey = { parameter: searchParameter('Observation', '_lastUpdated'), descending: true }
  const everything: Node = { kind: 'everything' }
  expect(planOf('Observation', everything, QUICK_LIMITS, [newest])).toEqual([
    'SEARCH t USING COVERING INDEX date_high (parameter=?)',
  ])
  expect(planOf('Observation', everything, QUICK_LIMITS, [changed])).toEqual([
    'SEARCH t USING COVERING INDEX resource_updated (kind=?)',
  ])
})

test('few matches are sorted by their values', () => {
  const newest: SortKey = { parameter: searchParameter('Observation', 'date'), descending: true }
  expect(planOf('Observation', code, QUICK_LIMITS, [newest])).toEqual([
    ...['CO-ROUTINE t', EQUAL_TOKEN, 'CORRELATED SCALAR SUBQUERY 1'],
    'SEARCH t USING COVERING INDEX date_key (key=? AND parameter=?)',
    ...['SCAN t', 'USE TEMP B-TREE FOR ORDER BY'],
  ])
})

test('pages in the middle are entered by their position, and backwards by the same indexes', () => {
  const by = (descending: boolean): SortKey[] => [{ parameter: searchParameter('Observation', 'date'), descending }]
  const everything: Node = { kind: 'everything' }
  for (const backwards of [false, true]) {
    const [beyond, end] = backwards ? ['<', '>'] : ['>', '<']
    expect(planOf('Observation', everything, MANY, [], { after: [1], backwards })).toEqual([
      `SEARCH t USING COVERING INDEX resource_live (kind=? AND key${beyond}?)`,
    ])
    expect(planOf('Observation', code, MANY, [], { after: [1], backwards })).toEqual([
      `SEARCH t USING PRIMARY KEY (parameter=? AND code=? AND system=? AND key${beyond}?)`,
    ])
    expect(planOf('Observation', everything, MANY, by(false), { after: [10, 1], backwards })[0]).toBe(
      `SEARCH t USING PRIMARY KEY (parameter=? AND low${beyond}?)`,
    )
    expect(planOf('Observation', everything, MANY, by(true), { after: [20, 1], backwards })[0]).toBe(
      `SEARCH t USING COVERING INDEX date_high (parameter=? AND high${end}?)`,
    )
  }
})

test('text within strings is found by trigrams', () => {
  const plan = planOf('Patient', { ...named, mode: 'contains', value: 'nn o' })
  expect(plan.filter(line => /SEARCH|VIRTUAL/.test(line))).toEqual([
    'SCAN text_trigram VIRTUAL TABLE INDEX 0:M1',
    'SEARCH text USING INTEGER PRIMARY KEY (rowid>?)',
    HIT,
    'SEARCH t USING PRIMARY KEY (parameter=? AND normalized=?)',
  ])
})
