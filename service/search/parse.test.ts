import { expect, test } from 'vitest'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import { refusalOf } from '#test/support/search-refusal.ts'
import { fault } from '../fault.ts'
import type { Parameters } from '../fhir-service.ts'
import type { Comparator, Node } from './ast.ts'
import { type Handling, parseSearch } from './parse.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: Date.parse('2024-01-01T00:00:00Z') }

const parse = (type: string, parameters: Parameters, handling: Handling = 'strict') =>
  parseSearch(CONTEXT, type, parameters, handling)

/** The node of one parameter: `Patient?name=ann`. */
function nodeOf(search: string): Node {
  const [, type = '', name = '', value = ''] = /^(\w+)\?([^=]*)=(.*)$/s.exec(search) ?? []
  return parse(type, [[name, value]]).query.where
}

const token = (type: string, code: string, system: string | undefined, value: string | undefined): Node => ({
  kind: 'token',
  parameter: searchParameter(type, code),
  system,
  code: value,
})
const text = (type: string, code: string, value: string, mode: 'starts' | 'contains' | 'exact' = 'starts'): Node => ({
  kind: 'string',
  parameter: searchParameter(type, code),
  mode,
  value,
})
const reference = (
  type: string,
  code: string,
  target: { type?: string; id?: string; url?: string; version?: string },
): Node => ({
  kind: 'reference',
  parameter: searchParameter(type, code),
  type: target.type,
  id: target.id,
  url: target.url,
  version: target.version,
})
const date = (type: string, code: string, comparator: Comparator, low: string, high: string): Node => ({
  kind: 'date',
  parameter: searchParameter(type, code),
  comparator,
  low: Date.parse(low),
  high: Date.parse(high),
})

test('no parameters find everything of the type', () => {
  expect(parse('Patient', [])).toEqual({
    query: { type: 'Patient', where: { kind: 'everything' } },
    sort: [],
    count: undefined,
    total: 'none',
    includes: [],
    view: {},
    cursor: undefined,
    applied: [],
    issues: [],
    countOnly: false,
    explain: false,
    contained: 'false',
    containedType: 'container',
  })
})

test('commas are alternatives, repeated parameters must all hold', () => {
  const parameters: Parameters = [
    ['name', 'Ann,Bob'],
    ['name', 'Lee'],
    ['gender', 'male'],
  ]
  const { query, applied } = parse('Patient', parameters)
  expect(query).toEqual({
    type: 'Patient',
    where: {
      kind: 'and',
      nodes: [
        { kind: 'or', nodes: [text('Patient', 'name', 'ann'), text('Patient', 'name', 'bob')] },
        text('Patient', 'name', 'lee'),
        token('Patient', 'gender', undefined, 'male'),
      ],
    },
  })
  expect(applied).toEqual(parameters)
})

test.each<[string, Node]>([
  ['Patient?name=  José  Luis ', text('Patient', 'name', 'jose luis')],
  ['Patient?name:contains=OS', text('Patient', 'name', 'os', 'contains')],
  ['Patient?name:exact=José ', text('Patient', 'name', 'José ', 'exact')],
  ['Patient?name=a\\,b\\|c\\\\', text('Patient', 'name', 'ab|c')],
  ['Patient?name=a|b', text('Patient', 'name', 'a|b')],
  ['Patient?identifier=http://s|1', token('Patient', 'identifier', 'http://s', '1')],
  ['Patient?identifier=http://s|', token('Patient', 'identifier', 'http://s', undefined)],
  ['Patient?identifier=|1', token('Patient', 'identifier', '', '1')],
  ['Patient?identifier=1', token('Patient', 'identifier', undefined, '1')],
  ['Patient?identifier=s|a\\|b\\,c', token('Patient', 'identifier', 's', 'a|b,c')],
  ['Patient?gender:not=male', { kind: 'not', node: token('Patient', 'gender', undefined, 'male') }],
  [
    'Patient?gender:not=male,female',
    {
      kind: 'not',
      node: {
        kind: 'or',
        nodes: [token('Patient', 'gender', undefined, 'male'), token('Patient', 'gender', undefined, 'female')],
      },
    },
  ],
  ['Patient?gender:missing=true', { kind: 'missing', parameter: searchParameter('Patient', 'gender'), missing: true }],
  [
    'Patient?birthdate:missing=false',
    { kind: 'missing', parameter: searchParameter('Patient', 'birthdate'), missing: false },
  ],
  ['Patient?_id=1', { kind: 'id', ids: ['1'] }],
  ['Patient?_id=1,a-b.C', { kind: 'id', ids: ['1', 'a-b.C'] }],
  ['Patient?_id:not=1', { kind: 'not', node: { kind: 'id', ids: ['1'] } }],
  ['Patient?_tag=s|t', token('Patient', '_tag', 's', 't')],
  [
    'Patient?_profile=http://x.org/p',
    { kind: 'uri', parameter: searchParameter('Patient', '_profile'), mode: 'exact', value: 'http://x.org/p' },
  ],
  [
    'ValueSet?url:below=http://x.org',
    { kind: 'uri', parameter: searchParameter('ValueSet', 'url'), mode: 'below', value: 'http://x.org' },
  ],
  [
    'ValueSet?url:above=urn:a\\,b',
    { kind: 'uri', parameter: searchParameter('ValueSet', 'url'), mode: 'above', value: 'urn:a,b' },
  ],
])('%s', (search, node) => {
  expect(nodeOf(search)).toEqual(node)
})

test.each<[string, Node]>([
  ['Observation?subject=1', reference('Observation', 'subject', { id: '1' })],
  ['Observation?patient=1', reference('Observation', 'patient', { type: 'Patient', id: '1' })],
  ['Observation?subject:Group=1', reference('Observation', 'subject', { type: 'Group', id: '1' })],
  ['Observation?subject:Group=Group/1', reference('Observation', 'subject', { type: 'Group', id: '1' })],
  ['Observation?subject=Patient/1', reference('Observation', 'subject', { type: 'Patient', id: '1' })],
  [
    'Observation?subject=Patient/1/_history/2',
    reference('Observation', 'subject', { type: 'Patient', id: '1', version: '2' }),
  ],
  [
    'Observation?subject=http://localhost/fhir/Patient/1',
    reference('Observation', 'subject', { type: 'Patient', id: '1' }),
  ],
  [
    'Observation?subject=http://x.org/Patient/1',
    reference('Observation', 'subject', { url: 'http://x.org/Patient/1' }),
  ],
  [
    'QuestionnaireResponse?questionnaire=http://x.org/q|1',
    reference('QuestionnaireResponse', 'questionnaire', { url: 'http://x.org/q', version: '1' }),
  ],
  [
    'QuestionnaireResponse?questionnaire=q',
    reference('QuestionnaireResponse', 'questionnaire', { type: 'Questionnaire', id: 'q' }),
  ],
  ['PlanDefinition?definition=urn:oid:1.2', reference('PlanDefinition', 'definition', { url: 'urn:oid:1.2' })],
])('%s', (search, node) => {
  expect(nodeOf(search)).toEqual(node)
})

test.each<[string, Node]>([
  ['Patient?birthdate=2013', date('Patient', 'birthdate', 'eq', '2013-01-01', '2014-01-01')],
  ['Patient?birthdate=ge2013-01', date('Patient', 'birthdate', 'ge', '2013-01-01', '2013-02-01')],
  [
    'Patient?_lastUpdated=lt2013-01-14T10:00',
    date('Patient', '_lastUpdated', 'lt', '2013-01-14T10:00:00Z', '2013-01-14T10:01:00Z'),
  ],
  [
    'Patient?_lastUpdated=2013-01-14T10:00:00+01:00',
    date('Patient', '_lastUpdated', 'eq', '2013-01-14T09:00:00Z', '2013-01-14T09:00:01Z'),
  ],
  [
    'Patient?_lastUpdated=2013-01-14T10:00:00 01:00',
    date('Patient', '_lastUpdated', 'eq', '2013-01-14T09:00:00Z', '2013-01-14T09:00:01Z'),
  ],
  // Nine and a half days from the middle of the day to now: 22.8 hours more each way.
  [
    'Patient?birthdate=ap2023-12-22',
    date('Patient', 'birthdate', 'ap', '2023-12-21T01:12:00Z', '2023-12-23T22:48:00Z'),
  ],
])('%s', (search, node) => {
  expect(nodeOf(search)).toEqual(node)
})

const amount = (comparator: Comparator, value: number, low: number, high: number) => ({ comparator, value, low, high })

test.each<[string, Node]>([
  [
    'RiskAssessment?probability=gt0.5',
    { kind: 'number', parameter: searchParameter('RiskAssessment', 'probability'), ...amount('gt', 0.5, 0.45, 0.55) },
  ],
  [
    'RiskAssessment?probability=1e2',
    { kind: 'number', parameter: searchParameter('RiskAssessment', 'probability'), ...amount('eq', 100, 95, 105) },
  ],
  [
    'RiskAssessment?probability=ap100',
    { kind: 'number', parameter: searchParameter('RiskAssessment', 'probability'), ...amount('ap', 100, 90, 110) },
  ],
  [
    'RiskAssessment?probability=ap-1',
    { kind: 'number', parameter: searchParameter('RiskAssessment', 'probability'), ...amount('ap', -1, -1.5, -0.5) },
  ],
  [
    'Observation?value-quantity=5.40',
    {
      kind: 'quantity',
      parameter: searchParameter('Observation', 'value-quantity'),
      ...amount('eq', 5.4, 5.395, 5.405),
      system: undefined,
      code: undefined,
    },
  ],
  [
    'Observation?value-quantity=le5|http://example.org/units|mg',
    {
      kind: 'quantity',
      parameter: searchParameter('Observation', 'value-quantity'),
      ...amount('le', 5, 4.5, 5.5),
      system: 'http://example.org/units',
      code: 'mg',
    },
  ],
  [
    'Observation?value-quantity=5||mg',
    {
      kind: 'quantity',
      parameter: searchParameter('Observation', 'value-quantity'),
      ...amount('eq', 5, 4.5, 5.5),
      system: undefined,
      code: 'mg',
    },
  ],
])('%s', (search, node) => {
  expect(nodeOf(search)).toEqual(node)
})

test('every problem is told, in strict handling also what lenient would ignore', () => {
  const problems = refusalOf(() =>
    parse('Patient', [
      ['nmae', 'x'],
      ['birthdate', 'x'],
      ['_count', 'x'],
      ['_sort', 'x'],
    ]),
  )
  expect(problems.map(([, expression]) => expression)).toEqual(['nmae', 'birthdate', '_count', '_sort'])
})

test('lenient handling ignores what is unknown, not supported or empty, and says so', () => {
  const parameters: Parameters = [
    ['nmae', 'x'],
    ['name', 'ann'],
    ['given', ''],
    ['_query', 'all'],
    ['_sort', 'nope,-birthdate'],
    ['_elements', 'name,nope'],
  ]
  const { query, applied, issues, sort, view } = parse('Patient', parameters, 'lenient')
  expect(query.where).toEqual(text('Patient', 'name', 'ann'))
  expect(sort).toEqual([{ parameter: searchParameter('Patient', 'birthdate'), descending: true }])
  expect(view).toEqual({ elements: ['name'] })
  expect(applied).toEqual([
    ['name', 'ann'],
    ['_sort', '-birthdate'],
    ['_elements', 'name'],
  ])
  expect(issues).toEqual([
    {
      severity: 'warning',
      code: 'not-supported',
      diagnostics: "Patient has no search parameter 'nmae' (near: 'name'); it was ignored",
      expression: ['nmae'],
    },
    {
      severity: 'warning',
      code: 'value',
      diagnostics: "Parameter 'given' has no value; it was ignored",
      expression: ['given'],
    },
    {
      severity: 'warning',
      code: 'not-supported',
      diagnostics:
        "Parameter '_query' names no query that this server has: only searches by parameters and '_filter'; it was ignored",
      expression: ['_query'],
    },
    {
      severity: 'warning',
      code: 'not-supported',
      diagnostics: "Parameter '_sort': Patient has no search parameter 'nope' (near: 'name'); it was ignored",
      expression: ['_sort'],
    },
    {
      severity: 'warning',
      code: 'value',
      diagnostics: "Parameter '_elements': Patient has no element 'nope' (near: 'name'); it was ignored",
      expression: ['_elements'],
    },
  ])
})

test('lenient handling still refuses what is malformed, and tells only that', () => {
  const problems = refusalOf(() =>
    parse(
      'Patient',
      [
        ['nmae', 'x'],
        ['name:sounds', 'x'],
      ],
      'lenient',
    ),
  )
  expect(problems.map(([, expression]) => expression)).toEqual(['name:sounds'])
})

test('all criteria together have so many values at the most', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => `v${index}`).join(',')
  const twice = [
    ['identifier', values],
    ['_tag', values],
  ] as const
  expect(() => parse('Patient', twice)).not.toThrow()
  expect(refusalOf(() => parse('Patient', [...twice, ['gender', 'male']]))).toEqual([
    ['too-costly', 'gender', "Parameter 'gender': it has too many values, or too many for a chain this wide"],
  ])
})

test('more parameters than engines join are refused as a whole', () => {
  const parameters = (count: number) => Array.from({ length: count }, () => ['name', 'a'] as const)
  expect(() => parse('Patient', parameters(256))).not.toThrow()
  expect(() => parse('Patient', parameters(257), 'lenient')).toThrow(
    fault('too-costly', 'A search has 256 parameters at the most, and this one has 257'),
  )
})

test('values that are ranges count for more, since each is a condition of its own', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`).join(',')
  expect(() => parse('Patient', [['name', names(400)]])).not.toThrow()
  expect(refusalOf(() => parse('Patient', [['name:contains', names(401)]]))).toEqual([
    [
      'too-costly',
      'name:contains',
      "Parameter 'name:contains': it has too many values, or too many for a chain this wide",
    ],
  ])
})

test.each([
  ['_sort', 'name', 32],
  ['_elements', 'name', 256],
])('%s lists %s so many times at the most: %i', (name, one, countMax) => {
  const list = (count: number) => Array.from({ length: count }, () => one).join(',')
  expect(() => parse('Patient', [[name, list(countMax)]])).not.toThrow()
  expect(refusalOf(() => parse('Patient', [[name, list(countMax + 1)]]))).toEqual([
    ['too-costly', name, `Parameter '${name}': it lists too many`],
  ])
})

test('a name that is no name is told in part', () => {
  const [refusal] = refusalOf(() => parse('Patient', [['x'.repeat(5000), '1']]))
  expect(refusal?.[1]).toBe(`${'x'.repeat(120)}...`)
})
