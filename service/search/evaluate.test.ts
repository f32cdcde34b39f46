import { expect, test } from 'vitest'
import { searchParameter } from '#test/support/search-parameter.ts'
import type { Comparator, Node, ParameterReference } from './ast.ts'
import type { IndexDocument, IndexValue } from './document.ts'
import { evaluate, evaluateQuery, type Lookup, NO_LOOKUP, valuesOf } from './evaluate.ts'

const SUBJECT = searchParameter('Observation', 'subject')
const CODE = searchParameter('Observation', 'code')
const NAME = searchParameter('Patient', 'name')

const documentOf = (type: string, id: string, values: [ParameterReference, IndexValue[]][] = []): IndexDocument => ({
  type,
  id,
  versionId: 1,
  lastUpdated: 0,
  entries: values.map(([parameter, itsValues]) => ({ parameter, values: itsValues })),
  compartments: ['Patient/1'],
})

const holds = (node: Node, ...values: IndexValue[]): boolean =>
  evaluate(node, documentOf('Observation', 'o', [[CODE, values]]), NO_LOOKUP)

const yes: Node = { kind: 'everything' }
const no: Node = { kind: 'nothing' }

test.each<[Node, boolean]>([
  [yes, true],
  [no, false],
  [{ kind: 'and', nodes: [] }, true],
  [{ kind: 'and', nodes: [yes, no] }, false],
  [{ kind: 'or', nodes: [] }, false],
  [{ kind: 'or', nodes: [no, yes] }, true],
  [{ kind: 'not', node: no }, true],
  [{ kind: 'id', ids: ['a', 'o'] }, true],
  [{ kind: 'id', ids: [] }, false],
  [{ kind: 'compartment', compartment: 'Patient/1' }, true],
  [{ kind: 'compartment', compartment: 'Patient/2' }, false],
  [{ kind: 'missing', parameter: CODE, missing: true }, true],
  [{ kind: 'missing', parameter: CODE, missing: false }, false],
])('%j is %s', (node, meaning) => {
  expect(evaluate(node, documentOf('Observation', 'o'), NO_LOOKUP)).toBe(meaning)
})

test.each<[string | undefined, string | undefined, string, string, boolean]>([
  ['s', 'c', 's', 'c', true],
  ['s', 'c', 't', 'c', false],
  ['s', 'c', 's', 'C', false],
  [undefined, 'c', 's', 'c', true],
  [undefined, 'c', '', 'c', true],
  ['', 'c', '', 'c', true],
  ['', 'c', 's', 'c', false],
  ['s', undefined, 's', 'anything', true],
  ['s', undefined, '', 'anything', false],
])('token %s|%s against %s|%s is %s', (system, code, itsSystem, itsCode, meaning) => {
  const node: Node = { kind: 'token', parameter: CODE, system, code }
  expect(holds(node, { kind: 'token', system: itsSystem, code: itsCode })).toBe(meaning)
})

test('system and code must be those of one value', () => {
  const node: Node = { kind: 'token', parameter: CODE, system: 's', code: 'd' }
  expect(holds(node, { kind: 'token', system: 's', code: 'c' }, { kind: 'token', system: 't', code: 'd' })).toBe(false)
})

test.each<['starts' | 'contains' | 'exact', string, boolean]>([
  ['starts', 'jose', true],
  ['starts', 'luis', false],
  ['contains', 'luis', true],
  ['contains', 'x', false],
  ['exact', 'José Luis', true],
  ['exact', 'jose luis', false],
  ['exact', 'José', false],
])('string %s %j is %s', (mode, value, meaning) => {
  const node: Node = { kind: 'string', parameter: CODE, mode, value }
  expect(holds(node, { kind: 'string', value: 'José Luis', normalized: 'jose luis' })).toBe(meaning)
})

test.each<[Partial<Extract<Node, { kind: 'reference' }>>, boolean]>([
  [{ type: 'Patient', id: '1' }, true],
  [{ id: '1' }, true],
  [{ type: 'Group', id: '1' }, false],
  [{ type: 'Patient', id: '1', version: '2' }, true],
  [{ type: 'Patient', id: '1', version: '3' }, false],
  [{ url: 'http://x.org/q' }, true],
  [{ url: 'http://x.org/q', version: '1' }, false],
  [{ url: 'http://x.org' }, false],
])('reference %j is %s', (fields, meaning) => {
  const nothing = { type: undefined, id: undefined, url: undefined, version: undefined }
  const values: IndexValue[] = [
    { kind: 'reference', ...nothing, type: 'Patient', id: '1', version: '2' },
    { kind: 'reference', ...nothing, url: 'http://x.org/q' },
  ]
  expect(holds({ kind: 'reference', parameter: CODE, ...nothing, ...fields }, ...values)).toBe(meaning)
})

test.each<['exact' | 'below' | 'above', string, boolean]>([
  ['exact', 'http://x.org/a', true],
  ['exact', 'http://x.org/a/', false],
  ['below', 'http://x.org/a', true],
  ['below', 'http://x.org', true],
  ['below', 'http://x.org/', true],
  ['below', 'http://x.or', false],
  ['below', 'http://x.org/a/b', false],
  ['above', 'http://x.org/a/b', true],
  ['above', 'http://x.org/a', true],
  ['above', 'http://x.org/ab', false],
  ['above', 'http://x.org', false],
])('uri %s %s is %s', (mode, value, meaning) => {
  expect(holds({ kind: 'uri', parameter: CODE, mode, value }, { kind: 'uri', value: 'http://x.org/a' })).toBe(meaning)
})

const COMPARATORS: readonly Comparator[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']

/** Searched for [10, 20). */
test.each<[string, number, number, string]>([
  ['the same', 10, 20, 'eq ge le ap'],
  ['within', 12, 18, 'eq ge le ap'],
  ['around', 5, 25, 'ne gt lt ge le ap'],
  ['over the end', 15, 25, 'ne gt ge ap'],
  ['over the start', 5, 15, 'ne lt le ap'],
  ['right after', 20, 25, 'ne gt ge sa'],
  ['right before', 5, 10, 'ne lt le eb'],
  ['later', 30, 40, 'ne gt ge sa'],
  ['earlier', 0, 5, 'ne lt le eb'],
])('a date %s [%i, %i) matches %s', (_, low, high, comparators) => {
  const matching = COMPARATORS.filter(comparator =>
    holds({ kind: 'date', parameter: CODE, comparator, low: 10, high: 20 }, { kind: 'date', low, high }),
  )
  expect(matching.join(' ')).toBe(comparators)
})

/** Searched for 100 within [99.5, 100.5), `ap` within [90, 110]. */
const NUMBERS: [number, number, string][] = [
  [100, 100, 'eq ge le ap'],
  [99.5, 99.5, 'eq lt le eb ap'],
  [100.4, 100.4, 'eq gt ge sa ap'],
  [100.5, 100.5, 'ne gt ge sa ap'],
  [110, 110, 'ne gt ge sa ap'],
  [90, 90, 'ne lt le eb ap'],
  [200, 200, 'ne gt ge sa'],
  [0, 0, 'ne lt le eb'],
  [0, 200, 'ne gt lt ge le ap'],
  [100, 200, 'ne gt ge le ap'],
]

const rangeOf = (comparator: Comparator) =>
  comparator === 'ap' ? { value: 100, low: 90, high: 110 } : { value: 100, low: 99.5, high: 100.5 }

test.each(NUMBERS)('a number from %d to %d matches %s', (low, high, comparators) => {
  const matching = COMPARATORS.filter(comparator =>
    holds({ kind: 'number', parameter: CODE, comparator, ...rangeOf(comparator) }, { kind: 'number', low, high }),
  )
  expect(matching.join(' ')).toBe(comparators)
})

test.each(NUMBERS)('a quantity from %d to %d matches %s', (low, high, comparators) => {
  const matching = COMPARATORS.filter(comparator =>
    holds(
      { kind: 'quantity', parameter: CODE, comparator, ...rangeOf(comparator), system: undefined, code: undefined },
      { kind: 'quantity', low, high, system: '', code: '', unit: '' },
    ),
  )
  expect(matching.join(' ')).toBe(comparators)
})

test.each<[string | undefined, string | undefined, boolean]>([
  [undefined, undefined, true],
  ['ucum', 'mg', true],
  ['ucum', 'milligram', false],
  ['ucum', undefined, true],
  ['other', 'mg', false],
  [undefined, 'mg', true],
  [undefined, 'milligram', true],
  [undefined, 'g', false],
])('a quantity in %s|%s is %s', (system, code, meaning) => {
  const node: Node = { kind: 'quantity', parameter: CODE, comparator: 'eq', ...rangeOf('eq'), system, code }
  expect(holds(node, { kind: 'quantity', low: 100, high: 100, system: 'ucum', code: 'mg', unit: 'milligram' })).toBe(
    meaning,
  )
})

const reference = (type: string, id: string): IndexValue => ({
  kind: 'reference',
  type,
  id,
  url: undefined,
  version: undefined,
})
const ann = documentOf('Patient', '1', [[NAME, [{ kind: 'string', value: 'Ann', normalized: 'ann' }]]])
const group = documentOf('Group', '1')
const ofAnn = documentOf('Observation', 'o1', [[SUBJECT, [reference('Patient', '1')]]])
const ofGroup = documentOf('Observation', 'o2', [[SUBJECT, [reference('Group', '1')]]])
const ofNobody = documentOf('Observation', 'o3', [[SUBJECT, [reference('Patient', 'gone')]]])
const lookup: Lookup = {
  find: (type, id) => [ann, group].find(document => document.type === type && document.id === id),
  referring: (parameter, { type, id }) =>
    [ofAnn, ofGroup, ofNobody].filter(document =>
      valuesOf(document, parameter).some(value => value.kind === 'reference' && value.type === type && value.id === id),
    ),
}
const named = (value: string): Node => ({ kind: 'string', parameter: NAME, mode: 'starts', value })

test('a chain finds a local target of its type that is there and matches', () => {
  const found = (where: Node) =>
    [ofAnn, ofGroup, ofNobody].map(document =>
      evaluate({ kind: 'chain', parameter: SUBJECT, query: { type: 'Patient', where } }, document, lookup),
    )
  expect([found(named('ann')), found(named('bob')), found(yes)]).toEqual([
    [true, false, false],
    [false, false, false],
    [true, false, false],
  ])
})

test('_has finds a resource that points here and matches', () => {
  const found = (where: Node) =>
    [ann, group, documentOf('Patient', '2')].map(document =>
      evaluate({ kind: 'has', parameter: SUBJECT, query: { type: 'Observation', where } }, document, lookup),
    )
  expect([found(yes), found({ kind: 'id', ids: ['o1'] })]).toEqual([
    [true, true, false],
    [true, false, false],
  ])
})

test('a query is of one type', () => {
  const query = { type: 'Patient', where: yes }
  expect([evaluateQuery(query, ann, NO_LOOKUP), evaluateQuery(query, group, NO_LOOKUP)]).toEqual([true, false])
})

test('a join in a predicate on one resource is our own mistake', () => {
  const chain: Node = { kind: 'chain', parameter: SUBJECT, query: { type: 'Patient', where: yes } }
  const has: Node = { kind: 'has', parameter: SUBJECT, query: { type: 'Observation', where: yes } }
  expect(() => evaluate(chain, ofAnn, NO_LOOKUP)).toThrow('Invariant violated')
  expect(() => evaluate(has, ann, NO_LOOKUP)).toThrow('Invariant violated')
})
