import { expect, test } from 'vitest'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import type { Parameters } from '../fhir-service.ts'
import type { ResourceContent } from '../resource/content.ts'
import type { Node } from './ast.ts'
import { type IncludeRound, includeTargets, namedVersions, revincludeQueries } from './include.ts'
import { parseSearch } from './parse.ts'

const baseUrl = 'http://localhost/fhir'

/** `roundOf('Patient', ['_include', 'Patient:organization'])` */
function roundOf(type: string, parameters: Parameters, first = true): IncludeRound {
  const context = { definitions: DEFINITIONS, baseUrl, now: 0 }
  const { includes } = parseSearch(context, type, parameters, 'strict')
  return { definitions: DEFINITIONS, baseUrl, directives: includes, first }
}

const NOTHING: ReadonlySet<string> = new Set()

const observation: ResourceContent = {
  resourceType: 'Observation',
  id: 'o',
  subject: { reference: 'Patient/1/_history/3' },
  performer: [
    { reference: 'Practitioner/2' },
    { reference: `${baseUrl}/Organization/3` },
    { reference: 'http://elsewhere.org/Organization/4' },
    { reference: '#inside' },
    { identifier: { value: '5' } },
  ],
}
const patient: ResourceContent = {
  resourceType: 'Patient',
  id: '1',
  managingOrganization: { reference: 'Organization/3' },
}

test('an include reads each local target once, in the version that is named or in the newest', () => {
  const round = roundOf('Observation', [
    ['_include', 'Observation:performer'],
    ['_include', 'Observation:subject'],
    ['_include', 'Observation:patient'],
  ])
  expect(includeTargets(round, [observation, observation], NOTHING).local).toEqual([
    { type: 'Practitioner', id: '2' },
    { type: 'Organization', id: '3' },
    { type: 'Patient', id: '1', versionId: 3 },
  ])
})

test('a target type, and what is known already, leave targets out', () => {
  const round = roundOf('Observation', [['_include', 'Observation:performer:Organization']])
  expect(includeTargets(round, [observation], NOTHING).local).toEqual([{ type: 'Organization', id: '3' }])
  expect(includeTargets(round, [observation], new Set(['Organization/3'])).local).toEqual([])
})

test('* follows every reference parameter', () => {
  const round = roundOf('Observation', [['_include', '*']])
  expect(
    includeTargets(round, [observation], NOTHING)
      .local.map(({ type }) => type)
      .toSorted(),
  ).toEqual(['Organization', 'Patient', 'Practitioner'])
})

test('later rounds follow what iterates only, from the types it names', () => {
  const parameters: Parameters = [
    ['_include', 'Observation:subject'],
    ['_include:iterate', 'Patient:organization'],
  ]
  expect(includeTargets(roundOf('Observation', parameters), [observation], NOTHING).local).toEqual([
    { type: 'Patient', id: '1', versionId: 3 },
  ])
  expect(includeTargets(roundOf('Observation', parameters, false), [observation, patient], NOTHING).local).toEqual([
    { type: 'Organization', id: '3' },
  ])
  const any = roundOf('Observation', [['_include:iterate', '*']], false)
  expect(includeTargets(any, [patient], NOTHING).local).toEqual([{ type: 'Organization', id: '3' }])
})

const target = (type: string, id: string, content: object = {}) => ({
  type,
  id,
  content: () => ({ resourceType: type, id, ...content }),
})

const pointer = (type: string, code: string, target: string, id: string): Node => ({
  kind: 'reference',
  parameter: searchParameter(type, code),
  type: target,
  id,
  url: undefined,
  version: undefined,
})

test('a reverse include searches for what points at the resources', () => {
  const keys = [target('Patient', '1'), target('Patient', '2')]
  const round = roundOf('Patient', [
    ['_revinclude', 'Observation:subject'],
    ['_revinclude', 'Encounter:patient'],
  ])
  expect(revincludeQueries(round, keys)).toEqual([
    {
      type: 'Observation',
      where: { kind: 'or', nodes: keys.map(({ type, id }) => pointer('Observation', 'subject', type, id)) },
    },
    {
      type: 'Encounter',
      where: { kind: 'or', nodes: keys.map(({ type, id }) => pointer('Encounter', 'patient', type, id)) },
    },
  ])
})

test('a reverse include skips resources that its parameter cannot point to', () => {
  const parameters: Parameters = [
    ['_revinclude', 'Observation:patient'],
    ['_revinclude:iterate', 'Provenance:target:Observation'],
  ]
  const keys = [target('Patient', '1'), target('Observation', 'o')]
  expect(revincludeQueries(roundOf('Patient', parameters), keys)).toEqual([
    { type: 'Observation', where: pointer('Observation', 'patient', 'Patient', '1') },
    { type: 'Provenance', where: pointer('Provenance', 'target', 'Observation', 'o') },
  ])
  expect(revincludeQueries(roundOf('Patient', parameters, false), keys)).toEqual([
    { type: 'Provenance', where: pointer('Provenance', 'target', 'Observation', 'o') },
  ])
})

test('* searches by every reference parameter that can point there', () => {
  const queries = revincludeQueries(roundOf('Patient', [['_revinclude', 'Encounter:*']]), [target('Patient', '1')])
  expect(queries).toEqual(
    ['patient', 'subject'].map(code => ({ type: 'Encounter', where: pointer('Encounter', code, 'Patient', '1') })),
  )
})

test('many resources make several searches', () => {
  const keys = Array.from({ length: 1001 }, (_, index) => target('Patient', String(index)))
  const queries = revincludeQueries(roundOf('Patient', [['_revinclude', 'Observation:subject']]), keys)
  expect(queries.map(({ where }) => (where.kind === 'or' ? where.nodes.length : 1))).toEqual([500, 500, 1])
})

const url = (value: string): Node => ({
  kind: 'uri',
  parameter: searchParameter('Questionnaire', 'url'),
  mode: 'exact',
  value,
})

test('a canonical reference is searched for by its URL, and by its version where it names one', () => {
  const response = (questionnaire: string): ResourceContent => ({
    resourceType: 'QuestionnaireResponse',
    questionnaire,
  })
  const round = roundOf('QuestionnaireResponse', [['_include', 'QuestionnaireResponse:questionnaire']])
  const version: Node = {
    kind: 'token',
    parameter: searchParameter('Questionnaire', 'version'),
    system: undefined,
    code: '2',
  }
  const resources = [
    response('http://a/q'),
    response('http://a/q|2'),
    response('http://a/q'),
    response('Questionnaire/7'),
  ]
  expect(includeTargets(round, resources, NOTHING)).toEqual({
    local: [{ type: 'Questionnaire', id: '7' }],
    canonical: [
      {
        type: 'Questionnaire',
        where: { kind: 'or', nodes: [url('http://a/q'), { kind: 'and', nodes: [url('http://a/q'), version] }] },
      },
    ],
    canonicals: new Set(['Questionnaire http://a/q|', 'Questionnaire http://a/q|2']),
  })
})

test('of versions with one URL those come that are named, and the one that was written last where none is', () => {
  const stored = (id: string, lastUpdated: number, version?: string, its = 'http://a/q') => ({
    ...target('Questionnaire', id, { url: its, ...(version !== undefined && { version }) }),
    lastUpdated,
  })
  const candidates = [stored('a', 3, '1'), stored('b', 1, '2'), stored('c', 2), stored('d', 9, '1', 'http://a/other')]
  const chosen = (...names: string[]) =>
    namedVersions(new Set(names.map(name => `Questionnaire ${name}`)), candidates).map(({ id }) => id)
  expect(chosen('http://a/q|')).toEqual(['a'])
  expect(chosen('http://a/q|2')).toEqual(['b'])
  expect(chosen('http://a/q|', 'http://a/q|2', 'http://a/other|')).toEqual(['a', 'b', 'd'])
  expect(chosen('http://a/q|undefined')).toEqual([])
})

test('a resource with a URL of its own is pointed to by that, too', () => {
  const round = roundOf('Questionnaire', [['_revinclude', 'QuestionnaireResponse:questionnaire']])
  const parameter = searchParameter('QuestionnaireResponse', 'questionnaire')
  const byUrl: Node = {
    kind: 'reference',
    parameter,
    type: undefined,
    id: undefined,
    url: 'http://a/q',
    version: undefined,
  }
  expect(revincludeQueries(round, [target('Questionnaire', '7', { url: 'http://a/q' })])).toEqual([
    {
      type: 'QuestionnaireResponse',
      where: { kind: 'or', nodes: [pointer('QuestionnaireResponse', 'questionnaire', 'Questionnaire', '7'), byUrl] },
    },
  ])
})
