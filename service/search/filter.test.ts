import { expect, test } from 'vitest'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import { refusalOf } from '#test/support/search-refusal.ts'
import type { Node } from './ast.ts'
import { parseSearch } from './parse.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: Date.parse('2024-01-01T00:00:00Z') }

const filter = (type: string, text: string): Node =>
  parseSearch(CONTEXT, type, [['_filter', text]], 'strict').query.where

/** The node that ordinary parameters give. */
const search = (type: string, name: string, value: string): Node =>
  parseSearch(CONTEXT, type, [[name, value]], 'strict').query.where

const text = (code: string, mode: 'equals' | 'ends', value: string) =>
  ({ kind: 'string', parameter: searchParameter('Patient', code), mode, value }) as const

test.each<[string, string, string, string]>([
  ['Patient', 'name co "pet"', 'name:contains', 'pet'],
  ['Patient', 'name sw Pet', 'name', 'pet'],
  ['Patient', 'birthdate ge 2014-10-10', 'birthdate', 'ge2014-10-10'],
  ['Patient', 'birthdate eq 2014-10', 'birthdate', '2014-10'],
  ['Patient', 'birthdate ne 2014-10', 'birthdate', 'ne2014-10'],
  ['Patient', 'birthdate sa 2014-10', 'birthdate', 'sa2014-10'],
  ['Patient', 'birthdate pr false', 'birthdate:missing', 'true'],
  ['Patient', 'birthdate pr true', 'birthdate:missing', 'false'],
  ['Patient', '_id eq a', '_id', 'a'],
  ['Observation', 'code eq http://loinc.org|1234-5', 'code', 'http://loinc.org|1234-5'],
  ['Observation', 'code eq "a,b"', 'code', 'a\\,b'],
  ['Observation', 'subject.name co "pet"', 'subject.name:contains', 'pet'],
  ['Observation', 'subject:Patient.name co "pet"', 'subject:Patient.name:contains', 'pet'],
  ['Observation', 'subject eq Patient/4', 'subject', 'Patient/4'],
  ['Observation', 'subject re Patient/4', 'subject', 'Patient/4'],
  ['Observation', 'subject:Patient re 4', 'subject:Patient', '4'],
  ['Observation', 'value-quantity gt 5.4||mg', 'value-quantity', 'gt5.4||mg'],
  ['Patient', '_has:Observation:patient:code eq x', '_has:Observation:patient:code', 'x'],
  ['ValueSet', 'url eq http://a/b', 'url', 'http://a/b'],
])('%s: %s is %s=%s', (type, written, name, value) => {
  expect(filter(type, written)).toEqual(search(type, name, value))
})

test.each<[string, string, Node]>([
  ['Patient', 'given eq "Péter"', text('given', 'equals', 'peter')],
  ['Patient', 'given ew "ter"', text('given', 'ends', 'ter')],
  ['Patient', 'given ne peter', { kind: 'differs', node: text('given', 'equals', 'peter') }],
  [
    'Patient',
    'birthdate po 2014',
    {
      kind: 'date',
      parameter: searchParameter('Patient', 'birthdate'),
      comparator: 'ap',
      low: Date.parse('2014-01-01T00:00:00Z'),
      high: Date.parse('2015-01-01T00:00:00Z'),
    },
  ],
  [
    'Patient',
    'given eq peter and not (family eq x or family eq y)',
    {
      kind: 'and',
      nodes: [
        text('given', 'equals', 'peter'),
        { kind: 'not', node: { kind: 'or', nodes: [text('family', 'equals', 'x'), text('family', 'equals', 'y')] } },
      ],
    },
  ],
  [
    'Observation',
    'subject:Patient[given eq peter].family ew x',
    {
      kind: 'chain',
      parameter: searchParameter('Observation', 'subject'),
      query: {
        type: 'Patient',
        where: { kind: 'and', nodes: [text('given', 'equals', 'peter'), text('family', 'ends', 'x')] },
      },
    },
  ],
])('%s: %s', (type, written, expected) => {
  expect(filter(type, written)).toEqual(expected)
})

test('brackets stand where their hop is, and leave out targets that lack their parameters', () => {
  const only = (target: string, node: Node): Node => ({
    kind: 'chain',
    parameter: searchParameter('Observation', 'subject'),
    query: { type: target, where: node },
  })
  const organization = (where: Node): Node => ({
    kind: 'chain',
    parameter: searchParameter('Patient', 'organization'),
    query: { type: 'Organization', where },
  })
  const inner = search('Organization', 'active', 'true')
  const end = search('Organization', 'identifier', 'x')
  const gender = search('Patient', 'gender', 'male')
  expect(filter('Observation', 'subject[gender eq male].organization[active eq true].identifier eq x')).toEqual(
    only('Patient', { kind: 'and', nodes: [gender, organization({ kind: 'and', nodes: [inner, end] })] }),
  )
})

test.each<[string, string, string, string]>([
  ['Patient', 'name eq', 'value', "_filter: expected a value behind 'eq' at the end (character 8)"],
  [
    'Patient',
    'name is x',
    'value',
    "_filter: expected one of eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re behind 'name' before 'is x' (character 6)",
  ],
  ['Patient', 'nam eq x', 'not-supported', "_filter: Patient has no search parameter 'nam' (near: 'name')"],
  [
    'Patient',
    'name gt x',
    'not-supported',
    "_filter: Parameter 'name': 'gt' does not go with the string 'name', which takes eq, ne, co, sw, ew, pr",
  ],
  [
    'Patient',
    'name:exact eq x',
    'not-supported',
    "_filter: Parameter 'name:exact': operators take the place of modifiers such as ':exact'",
  ],
  ['Patient', 'birthdate pr yes', 'value', "_filter: Parameter 'birthdate': 'pr' is true or false, not 'yes'"],
  [
    'Patient',
    'general-practitioner ne Practitioner/1/_history/2',
    'not-supported',
    "_filter: Parameter 'general-practitioner': 'ne' compares 'general-practitioner' with a reference without a version",
  ],
  [
    'Patient',
    'organization[name eq x]',
    'value',
    "_filter: expected one of eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re behind 'organization' at the end (character 24)",
  ],
  [
    'Patient',
    'organization[name eq x] eq 1',
    'value',
    "_filter: Parameter 'organization': 'organization[...]' is not followed by '.' and a search parameter",
  ],
  [
    'Patient',
    'name[given eq x].family eq y',
    'value',
    "_filter: Parameter 'name.family': 'name' of Patient is a string, and only references can be chained",
  ],
])('%s: %s is refused', (type, written, code, diagnostics) => {
  expect(refusalOf(() => filter(type, written))).toEqual([[code, '_filter', diagnostics]])
})

test('every problem of a filter is told', () => {
  expect(
    refusalOf(() => filter('Patient', 'birthdate eq x and nope eq 1')).map(([, , text]) => text?.slice(0, 46)),
  ).toEqual(["_filter: Parameter 'birthdate': 'x' is not wha", "_filter: Patient has no search parameter 'nope"])
})
