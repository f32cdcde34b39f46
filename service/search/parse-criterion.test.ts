import { expect, test } from 'vitest'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import { refusalOf } from '#test/support/search-refusal.ts'
import type { Node } from './ast.ts'
import { parseSearch } from './parse.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: 0 }

const search = (type: string, name: string, value: string) => parseSearch(CONTEXT, type, [[name, value]], 'strict')
const nodeOf = (type: string, name: string, value: string): Node => search(type, name, value).query.where

const chain = (type: string, code: string, target: string, where: Node): Node => ({
  kind: 'chain',
  parameter: searchParameter(type, code),
  query: { type: target, where },
})
const text = (type: string, code: string, value: string, mode: 'starts' | 'exact' = 'starts'): Node => ({
  kind: 'string',
  parameter: searchParameter(type, code),
  mode,
  value,
})
const token = (type: string, code: string, value: string): Node => ({
  kind: 'token',
  parameter: searchParameter(type, code),
  system: undefined,
  code: value,
})

test('a chain names its target', () => {
  expect(nodeOf('Observation', 'subject:Patient.name:exact', 'Ann')).toEqual(
    chain('Observation', 'subject', 'Patient', text('Patient', 'name', 'Ann', 'exact')),
  )
})

test('a chain without a type leads to every target that has the parameter', () => {
  expect(nodeOf('Observation', 'subject.name', 'ann')).toEqual({
    kind: 'or',
    nodes: [
      chain('Observation', 'subject', 'Location', text('Location', 'name', 'ann')),
      chain('Observation', 'subject', 'Patient', text('Patient', 'name', 'ann')),
    ],
  })
  expect(nodeOf('Observation', 'subject.birthdate:missing', 'true')).toEqual(
    chain('Observation', 'subject', 'Patient', {
      kind: 'missing',
      parameter: searchParameter('Patient', 'birthdate'),
      missing: true,
    }),
  )
})

test('a target whose parameter cannot take the modifier or the value drops out', () => {
  expect(nodeOf('Observation', 'part-of.series:exact', 'x')).toEqual(
    chain('Observation', 'part-of', 'Immunization', text('Immunization', 'series', 'x', 'exact')),
  )
})

test('chains go on, and end in ids and _has too', () => {
  expect(nodeOf('Observation', 'patient.organization.partof._id', '1,2')).toEqual(
    chain(
      'Observation',
      'patient',
      'Patient',
      chain(
        'Patient',
        'organization',
        'Organization',
        chain('Organization', 'partof', 'Organization', { kind: 'id', ids: ['1', '2'] }),
      ),
    ),
  )
  expect(nodeOf('Encounter', 'patient._has:Group:member:_id', '102')).toEqual(
    chain('Encounter', 'patient', 'Patient', {
      kind: 'has',
      parameter: searchParameter('Group', 'member'),
      query: { type: 'Group', where: { kind: 'id', ids: ['102'] } },
    }),
  )
})

test('_has joins what points here, and nests', () => {
  expect(nodeOf('Patient', '_has:Observation:patient:_has:AuditEvent:entity:type', 'x')).toEqual({
    kind: 'has',
    parameter: searchParameter('Observation', 'patient'),
    query: {
      type: 'Observation',
      where: {
        kind: 'has',
        parameter: searchParameter('AuditEvent', 'entity'),
        query: { type: 'AuditEvent', where: token('AuditEvent', 'type', 'x') },
      },
    },
  })
})

test('a chain follows canonical references too', () => {
  expect(nodeOf('QuestionnaireResponse', 'questionnaire.title', 'x')).toEqual(
    chain('QuestionnaireResponse', 'questionnaire', 'Questionnaire', text('Questionnaire', 'title', 'x')),
  )
})

const DEEP = `${'partof.'.repeat(11)}name`

test.each<[string, string, string, string]>([
  [
    'Patient',
    'gender.name',
    'not told',
    "value Parameter 'gender.name': 'gender' of Patient is a token, and only references can be chained",
  ],
  ['Patient', 'organization.nme', 'x', "not-supported Organization has no search parameter 'nme' (near: 'name')"],
  [
    'Observation',
    'subject.nothing',
    'x',
    "not-supported Parameter 'subject.nothing': no type that 'subject' points to has a search parameter 'nothing'",
  ],
  ['Observation', 'subject:Patient.nme', 'x', "not-supported Patient has no search parameter 'nme' (near: 'name')"],
  ['Observation', 'subject:Nobody.name', 'x', "value Parameter 'subject:Nobody.name': 'Nobody' is no resource type"],
  [
    'Observation',
    'subject:Practitioner.name',
    'x',
    "value Parameter 'subject:Practitioner.name': " +
      "'subject' of Observation points to Device, Group, Location, Patient, never to Practitioner",
  ],
  [
    'Observation',
    'focus._id',
    '1',
    "too-costly Parameter 'focus._id': it may lead through too many types; " +
      "name those that are meant, as in 'focus:Account._id'",
  ],
  ['Organization', DEEP, 'x', `too-costly Parameter '${DEEP}': it joins more than 10 times`],
  [
    'Patient',
    '_has:Observation:patient',
    'x',
    "value Parameter '_has:Observation:patient': it is not of the form _has:Type:reference:parameter",
  ],
  ['Patient', '_has', 'x', "value Parameter '_has': it is not of the form _has:Type:reference:parameter"],
  [
    'Patient',
    '_has:Nobody:patient:code',
    'x',
    "value Parameter '_has:Nobody:patient:code': 'Nobody' is no resource type",
  ],
  [
    'Patient',
    '_has:Observation:code:code',
    'x',
    "value Parameter '_has:Observation:code:code': 'code' of Observation is no reference to Patient",
  ],
  [
    'Group',
    '_has:Observation:patient:code',
    'x',
    "value Parameter '_has:Observation:patient:code': 'patient' of Observation is no reference to Group",
  ],
  [
    'Observation',
    'subject.birthdate',
    'x',
    "value Parameter 'subject.birthdate': 'x' is not what it takes; expected yyyy, yyyy-mm, yyyy-mm-dd or " +
      'yyyy-mm-ddThh:mm[:ss[.sss]][Z|+hh:mm|-hh:mm], optionally behind one of eq ne gt lt ge le sa eb ap',
  ],
])('%s?%s is refused', (type, name, value, message) => {
  const refusals = refusalOf(() => search(type, name, value))
  expect(refusals.map(([code, , diagnostics]) => `${code} ${diagnostics}`)).toEqual([message])
  expect(refusals.map(([, expression]) => expression)).toEqual([name])
})
