import { expect, test } from 'vitest'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import { refusalOf } from '#test/support/search-refusal.ts'
import type { Parameters } from '../fhir-service.ts'
import { parseSearch } from './parse.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: 0 }
const parse = (type: string, ...parameters: Parameters) => parseSearch(CONTEXT, type, parameters, 'strict')

test('each says its part of the answer', () => {
  const parameters: Parameters = [
    ['_sort', '-birthdate,family'],
    ['_count', '5'],
    ['_total', 'accurate'],
    ['_summary', 'data'],
    ['_elements', 'id,name'],
    ['_elements', 'name,deceased,deceasedBoolean'],
    ['_cursor', 'abc'],
    ['_explain', 'true'],
    ['_contained', 'both'],
    ['_containedType', 'contained'],
    ['_format', 'json'],
    ['_pretty', 'true'],
  ]
  expect(parse('Patient', ...parameters)).toEqual({
    query: { type: 'Patient', where: { kind: 'everything' } },
    sort: [
      { parameter: searchParameter('Patient', 'birthdate'), descending: true },
      { parameter: searchParameter('Patient', 'family'), descending: false },
    ],
    count: 5,
    total: 'accurate',
    includes: [],
    view: { summary: 'data', elements: ['id', 'name', 'deceased', 'deceasedBoolean'] },
    cursor: 'abc',
    applied: parameters.slice(0, -2),
    issues: [],
    countOnly: false,
    explain: true,
    contained: 'both',
    containedType: 'contained',
  })
})

test('_sort=_score is by the length of what words are sought in, and goes with no other search', () => {
  const sortOf = (...parameters: Parameters) => {
    const { sort, relevance } = parse('Patient', ...parameters)
    return [...sort.map(({ parameter: { code, url }, descending }) => [code, url, descending]), relevance]
  }
  const text = ['_text', 'Bone marrow,leg'] as const
  expect(sortOf(['_sort', '-_score,family'], text)).toEqual([
    ['_score', '#narrative-length', false],
    ['family', searchParameter('Patient', 'family').url, false],
    { within: 'narrative', soughtLength: 11 },
  ])
  expect(sortOf(text, ['_content', 'arm'], ['_sort', '_score'])).toEqual([
    ['_score', '#content-length', true],
    { within: 'content', soughtLength: 14 },
  ])
  expect(sortOf(['name', 'x'])).toEqual([undefined])
  for (const sort of ['_score', '-_score,name'])
    expect(refusalOf(() => parse('Patient', ['_sort', sort], ['name', 'x']))).toEqual([
      ['value', '_sort', "Parameter '_sort': only what _text or _content finds has a _score to sort by"],
    ])
})

test.each<Parameters>([[['_count', '0']], [['_summary', 'count']]])('%j asks for the total alone', (...parameters) => {
  const { countOnly, total, applied } = parse('Patient', ...parameters)
  expect({ countOnly, total, applied }).toEqual({ countOnly: true, total: 'accurate', applied: parameters })
})

test.each<[string, string, string]>([
  ['_count', '-1', 'a number, 0 or more'],
  ['_count', '1e3', 'a number, 0 or more'],
  ['_total', 'all', 'one of none, estimate, accurate'],
  ['_summary', 'yes', 'one of true, text, data, count, false'],
  ['_contained', 'yes', 'one of false, true, both'],
  ['_containedType', 'both', 'one of container, contained'],
  ['_sort', 'name:desc', "parameters, '-' before one for descending, nothing for ascending"],
  ['_sort', ' name', "parameters, '-' before one for descending, nothing for ascending"],
  ['_sort', 'name,-', "parameters, '-' before one for descending, nothing for ascending"],
  ['_cursor', '', 'what a page link holds'],
])('%s=%s is refused', (name, value, expected) => {
  const diagnostics = `Parameter '${name}': '${value}' is not what it takes; expected ${expected}`
  expect(refusalOf(() => parse('Patient', [name, value]))).toEqual([['value', name, diagnostics]])
})

test.each<[string, string, string]>([
  ['_sort', 'brithdate', "Parameter '_sort': Patient has no search parameter 'brithdate' (near: 'birthdate')"],
  ['_sort:desc', 'name', "Parameter '_sort:desc': _sort takes no modifier"],
  ['_query', 'x', "Parameter '_query' names no query that this server has: only searches by parameters and '_filter'"],
  [
    '_type',
    'Patient',
    "Parameter '_type' goes with a search of several types: GET [base]?_type=Patient,Observation&...",
  ],
  [
    '_list',
    '$current-allergies',
    "Parameter '_list': this server computes no functional list '$current-allergies'; name stored lists by id",
  ],
])('%s=%s is not supported', (name, value, diagnostics) => {
  expect(refusalOf(() => parse('Patient', [name, value]))).toEqual([['not-supported', name, diagnostics]])
})

test('what needs more than values cannot be sorted by', () => {
  const diagnostics = "Parameter '_sort': sorting by the special parameter 'near' is not supported"
  expect(refusalOf(() => parse('Location', ['_sort', 'near']))).toEqual([['not-supported', '_sort', diagnostics]])
})

test('without a value, elements and names are missed, and sizes of pages are cut', () => {
  expect(refusalOf(() => parse('Patient', ['_elements', '']))).toEqual([
    ['value', '_elements', "Parameter '_elements' has no value"],
  ])
  expect(refusalOf(() => parse('Patient', ['', 'ann']))).toEqual([
    ['value', '', "There is a value, 'ann', but no name of a parameter before '='"],
  ])
  expect(parse('Patient', ['_count', '9'.repeat(30)]).count).toBe(1e30)
})

test('an element of another type is refused', () => {
  const diagnostics = "Parameter '_elements': Patient has no element 'nme' (near: 'name')"
  expect(refusalOf(() => parse('Patient', ['_elements', 'id,nme']))).toEqual([['value', '_elements', diagnostics]])
})

test('what may be given once is refused twice', () => {
  const refusals = refusalOf(() => parse('Patient', ['_count', '1'], ['_count', '1']))
  expect(refusals).toEqual([['value', '_count', "Parameter '_count' is given more than once"]])
})
