import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { containedId } from '#service/search/contained.ts'
import { EXTRACTOR_GENERATION, type IndexDocument, type IndexValue } from '#service/search/document.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { engineDocument, engineDocuments, engineId } from './engine-document.ts'
import { parameterKey } from './parameter-key.ts'
import { sortColumn } from './sort-text.ts'

const tenant = tenantOf('clinic')
const key = (code: string) => parameterKey(searchParameter('Observation', code))

const documentOf = (values: Readonly<Record<string, readonly IndexValue[]>>): IndexDocument => ({
  type: 'Observation',
  id: 'o1',
  versionId: 3,
  lastUpdated: 5000,
  entries: Object.entries(values).map(([code, each]) => ({
    parameter: searchParameter('Observation', code),
    values: each,
  })),
  compartments: ['Patient/1'],
})

const ATTRIBUTES = {
  tenant: 'clinic',
  type: 'Observation',
  id: 'o1',
  version: 3,
  lastUpdated: 5000,
  generation: EXTRACTOR_GENERATION,
}

test('keeps every value under the key of its parameter', () => {
  const patient: IndexValue = { kind: 'reference', type: 'Patient', id: '1', url: undefined, version: '2' }
  const weight: IndexValue = { kind: 'quantity', low: 70, high: 70, system: 'http://u', code: 'kg', unit: 'kilo' }
  const document = documentOf({
    _id: [{ kind: 'token', system: '', code: 'o1' }],
    _lastUpdated: [{ kind: 'date', low: 5000, high: 5001 }],
    code: [{ kind: 'token', system: 'http://loinc.org', code: '8302-2' }],
    subject: [patient],
    patient: [patient],
    date: [{ kind: 'date', low: 10, high: 20 }],
    'value-string': [{ kind: 'string', value: 'Très Bien', normalized: 'tres bien' }],
    'value-quantity': [weight],
    'combo-value-quantity': [weight],
    _profile: [{ kind: 'uri', value: 'http://a/b' }],
  })
  expect(engineDocument(tenant, document)).toEqual({
    ...ATTRIBUTES,
    deleted: false,
    scope: 'clinic/Observation',
    compartment: ['Patient/1'],
    // Ids and times of change are fields of their own.
    present: [
      key('code'),
      key('subject'),
      key('patient'),
      key('date'),
      key('value-string'),
      key('value-quantity'),
      key('combo-value-quantity'),
      key('_profile'),
    ],
    token: [`${key('code')}t:http://loinc.org|8302-2`, `${key('code')}s:http://loinc.org`, `${key('code')}c:8302-2`],
    reference: ['subject', 'patient'].flatMap(code => [
      `${key(code)}i:1`,
      `${key(code)}j:2|1`,
      `${key(code)}m:2|Patient/1`,
    ]),
    link: [`${key('subject')}l:Patient/1`, `${key('patient')}l:Patient/1`],
    exact: [`${key('value-string')}e:Très Bien`],
    string: [`${key('value-string')}p:tres bien`],
    substring: [`${key('value-string')}:tres bien\ufddf`],
    uri: [`${key('_profile')}p:http://a/b`],
    date: [{ key: [key('date')], low: 10, high: 20 }],
    // One object for both parameters.
    amount: [
      {
        key: [key('value-quantity'), key('combo-value-quantity')],
        low: 70,
        high: 70,
        unit: ['t:http://u|kg', 's:http://u', 'c:kg', 'c:kilo'],
      },
    ],
    // One object for all whose columns differ; these two have the same.
    sort: [
      {
        key: [key('code'), key('subject'), key('patient'), key('_profile')],
        [sortColumn(key('code'))]: '8302-2\u0001http://loinc.org',
        [sortColumn(key('subject'))]: 'Patient/1',
        [sortColumn(key('patient'))]: 'Patient/1',
        [sortColumn(key('_profile'))]: 'http://a/b',
      },
      { key: [key('value-string')], [sortColumn(key('patient'))]: 'tres bien' },
    ],
  })
})

test('sorts by the least and by the greatest of several texts', () => {
  const codes = ['b', '😀', 'a', '\ufffd'].map((code): IndexValue => ({ kind: 'token', system: '', code }))
  expect(engineDocument(tenant, documentOf({ code: codes })).sort).toEqual([
    { key: [key('code')], [sortColumn(key('code'))]: ['a\u0001', '😀\u0001'] },
  ])
})

test('leaves nothing of a deleted resource but that it is deleted', () => {
  const { type, id, versionId, lastUpdated } = documentOf({})
  const tombstone = { type, id, versionId, lastUpdated, deleted: true } as const
  expect(engineDocument(tenant, tombstone)).toEqual({ ...ATTRIBUTES, deleted: true })
  expect(engineId(tenant, tombstone)).toBe('clinic/Observation/o1')
})

test('what is contained lies in places beside its container, emptied where it has fewer than before', () => {
  const container = { ...documentOf({}), type: 'MedicationRequest', id: '23' }
  const inside = (id: string): IndexDocument => ({
    ...container,
    type: '#Medication',
    id: containedId(container, id),
    entries: [],
  })
  const idsOf = (version: Parameters<typeof engineDocuments>[1]) =>
    engineDocuments(tenant, version).map(({ id, document }) => [id, document.scope ?? 'deleted', document.id])
  const own = ['clinic/MedicationRequest/23', 'clinic/MedicationRequest', '23']
  const place = (number: number) => `clinic/MedicationRequest/23#${number}`
  expect(idsOf(container)).toEqual([own])
  expect(idsOf({ ...container, contained: [inside('b'), inside('a')] })).toEqual([
    own,
    [place(0), 'clinic/#Medication', 'MedicationRequest/23#b'],
    [place(1), 'clinic/#Medication', 'MedicationRequest/23#a'],
  ])
  expect(idsOf({ ...container, contained: [inside('a')], containedMax: 3 })).toEqual([
    own,
    [place(0), 'clinic/#Medication', 'MedicationRequest/23#a'],
    [place(1), 'deleted', '23'],
    [place(2), 'deleted', '23'],
  ])
  const { type, id, versionId, lastUpdated } = container
  expect(idsOf({ type, id, versionId, lastUpdated, deleted: true, containedMax: 1 })).toEqual([
    ['clinic/MedicationRequest/23', 'deleted', '23'],
    [place(0), 'deleted', '23'],
  ])
})
