import { expect, test } from 'vitest'
import type { ExtractionPath, SearchParameterType } from '#schema/tables.ts'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import { tenantOf } from '../call.ts'
import { createDefinitions, type TableReader } from '../definitions.ts'
import type { ResourceContent } from '../resource/content.ts'
import { derivedParameter } from './derived-parameter.ts'
import type { IndexDocument } from './document.ts'
import { extract, extractReferences } from './extract.ts'

const UNITS = 'http://unitsofmeasure.org'
const VERSION = { versionId: 3, lastUpdated: 1_600_000_000_000, baseUrl: 'http://localhost/fhir' }
const SPECIAL_VALUES = 'http://terminology.hl7.org/CodeSystem/special-values'

/** Values by parameter code. */
function valuesByCode(resource: ResourceContent, definitions = DEFINITIONS) {
  const { entries } = extract(definitions, resource, VERSION)
  return Object.fromEntries(entries.map(({ parameter, values }) => [parameter.code, values]))
}

const token = (system: string, code: string) => ({ kind: 'token', system, code })
const local = (type: string, id: string) => ({ kind: 'reference', type, id, url: undefined, version: undefined })

test('a document holds the values of each parameter, and the compartments they lead to', () => {
  const resource: ResourceContent = {
    resourceType: 'Observation',
    id: 'o',
    meta: {
      lastUpdated: '2001-01-01T00:00:00Z',
      profile: ['http://example.org/vitals|1'],
      tag: [{ system: 't', code: 'x' }],
      source: 'urn:source',
    },
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] },
    subject: { reference: 'Patient/1' },
    performer: [{ reference: 'Practitioner/2' }, { reference: 'Patient/1' }],
    effectiveDateTime: '2013-01-14',
    valueQuantity: { value: 170.5, unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' },
    component: [{ code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }, { code: 'b' }] } }],
  }
  const height = {
    kind: 'quantity',
    low: 170.5,
    high: 170.5,
    system: UNITS,
    code: 'cm',
    unit: 'cm',
  }
  const loinc = token('http://loinc.org', '8302-2')
  const values = {
    _id: [token('', 'o')],
    _lastUpdated: [{ kind: 'date', low: VERSION.lastUpdated, high: VERSION.lastUpdated + 1 }],
    _profile: [
      { kind: 'uri', value: 'http://example.org/vitals|1' },
      { kind: 'uri', value: 'http://example.org/vitals' },
    ],
    _source: [{ kind: 'uri', value: 'urn:source' }],
    _tag: [token('t', 'x')],
    code: [loinc],
    'combo-code': [loinc, token('', 'b')],
    'combo-value-quantity': [height],
    'component-code': [loinc, token('', 'b')],
    date: [{ kind: 'date', low: Date.parse('2013-01-14'), high: Date.parse('2013-01-15') }],
    patient: [local('Patient', '1')],
    performer: [local('Practitioner', '2'), local('Patient', '1')],
    status: [token('http://hl7.org/fhir/observation-status', 'final')],
    subject: [local('Patient', '1')],
    'value-quantity': [height],
  }
  expect(extract(DEFINITIONS, resource, VERSION)).toEqual({
    type: 'Observation',
    id: 'o',
    versionId: 3,
    lastUpdated: VERSION.lastUpdated,
    entries: [
      ...Object.entries(values).map(([code, found]) => ({
        parameter: searchParameter('Observation', code),
        values: found,
      })),
      {
        parameter: derivedParameter(
          DEFINITIONS,
          'Observation',
          { steps: ['valueQuantity'], type: 'Quantity' },
          'canonical',
        ),
        values: [{ kind: 'quantity', low: 1.705, high: 1.705, system: `${UNITS}#canonical`, code: 'm', unit: '' }],
      },
    ],
    compartments: ['Patient/1', 'Practitioner/2'],
  })
})

test('a resource is in its own compartment, and in those of the resources it names', () => {
  const resource = { resourceType: 'Patient', id: '1', link: [{ other: { reference: 'Patient/2' } }] }
  expect(extract(DEFINITIONS, resource, VERSION).compartments).toEqual(['Patient/1', 'Patient/2'])
})

test('parameters share their objects with the definitions, so that engines may key on them', () => {
  const { entries } = extract(DEFINITIONS, { resourceType: 'Patient', id: '1', active: true }, VERSION)
  expect(
    entries.every(({ parameter }) => DEFINITIONS.searchParameters('Patient').get(parameter.code) === parameter),
  ).toBe(true)
})

test.each([
  [{}, 'false'],
  [{ deceasedBoolean: false }, 'false'],
  [{ deceasedBoolean: true }, 'true'],
  [{ deceasedDateTime: '2012' }, 'true'],
])('Patient.deceased of %j is %s', (fields, code) => {
  const values = valuesByCode({ resourceType: 'Patient', id: '1', ...fields })
  expect(values.deceased).toEqual([token(SPECIAL_VALUES, code)])
})

test('a condition on a property keeps the elements that meet it', () => {
  const telecom = [
    { system: 'phone', value: '1' },
    { system: 'email', value: 'a@example.org' },
  ]
  const values = valuesByCode({ resourceType: 'Patient', id: '1', telecom })
  expect([values.phone, values.email, values.telecom]).toEqual([
    [token('phone', '1')],
    [token('email', 'a@example.org')],
    [token('phone', '1'), token('email', 'a@example.org')],
  ])
})

test('patient takes references to patients only, by their text or by their type', () => {
  const codes = ['patient', 'subject']
  const of = (subject: Record<string, string>) => {
    const values = valuesByCode({ resourceType: 'Observation', id: '1', subject })
    return codes.map(code => values[code])
  }
  const elsewhere = {
    kind: 'reference',
    type: undefined,
    id: undefined,
    url: 'http://x.org/Patient/1',
    version: undefined,
  }
  expect(of({ reference: 'Group/1' })).toEqual([undefined, [local('Group', '1')]])
  expect(of({ reference: 'http://x.org/Patient/1' })).toEqual([[elsewhere], [elsewhere]])
  expect(of({ reference: 'http://x.org/Patient/1', type: 'Group' })).toEqual([[elsewhere], [elsewhere]])
  const opaque = { ...elsewhere, url: 'http://x.org/abc' }
  expect(of({ reference: 'http://x.org/abc' })).toEqual([undefined, [opaque]])
  expect(of({ reference: 'http://x.org/abc', type: 'Patient' })).toEqual([[opaque], [opaque]])
  expect(of({ reference: 'http://x.org/abc', type: 'Group' })).toEqual([undefined, [opaque]])
})

test('the first entry of a document Bundle is its composition', () => {
  const entry = ['a', 'b'].map(id => ({ resource: { resourceType: 'Composition', id } }))
  expect(valuesByCode({ resourceType: 'Bundle', id: '1', entry }).composition).toEqual([local('Composition', 'a')])
})

test('equal values are kept once, many of them too', () => {
  const identifier = Array.from({ length: 40 }, (_, index) => ({ system: 's', value: String(index % 20) }))
  const values = valuesByCode({ resourceType: 'Patient', id: '1', identifier })
  expect(values.identifier).toEqual(Array.from({ length: 20 }, (_, index) => token('s', String(index))))
})

test('what is contained is a document of its own, with the compartments, labels and time of its container', () => {
  const resource: ResourceContent = {
    resourceType: 'Observation',
    id: 'o',
    meta: { security: [{ system: 'l', code: 'secret' }] },
    contained: [
      { resourceType: 'Patient', id: 'p', active: true, managingOrganization: { reference: '#org' } },
      { resourceType: 'Organization', id: 'org', name: 'Acme', endpoint: [{ reference: '#nowhere' }] },
      { resourceType: 'Patient', id: 'p', active: false },
      { resourceType: 'Patient', active: false },
    ],
    subject: { reference: '#p' },
    performer: [{ reference: 'Patient/1' }, { reference: '#nowhere' }],
  }
  const document = extract(DEFINITIONS, resource, VERSION)
  const values = valuesByCode(resource)
  expect([values.subject, values.patient, values.performer]).toEqual([
    [local('#Patient', 'Observation/o#p')],
    [local('#Patient', 'Observation/o#p')],
    [local('Patient', '1')],
  ])
  const ofContainer = {
    versionId: 3,
    lastUpdated: VERSION.lastUpdated,
    compartments: ['Patient/1'],
  }
  const valuesOf = (inside: IndexDocument) =>
    Object.fromEntries(inside.entries.map(({ parameter, values: its }) => [parameter.code, its]))
  const shared = {
    _lastUpdated: [{ kind: 'date', low: VERSION.lastUpdated, high: VERSION.lastUpdated + 1 }],
    _security: [token('l', 'secret')],
    '#container': [local('Observation', 'o')],
    '#type': [token('', 'Observation')],
  }
  const acme = { kind: 'string', value: 'Acme', normalized: 'acme' }
  const contained = document.contained ?? []
  expect(contained.map(({ entries: _entries, words, ...rest }) => ({ ...rest, words: words?.content }))).toEqual([
    { type: '#Patient', id: 'Observation/o#p', ...ofContainer, words: 'p #org' },
    { type: '#Organization', id: 'Observation/o#org', ...ofContainer, words: 'org acme #nowhere' },
  ])
  expect(contained.map(valuesOf)).toEqual([
    {
      ...shared,
      _id: [token('', 'p')],
      active: [token(SPECIAL_VALUES, 'true')],
      deceased: [token(SPECIAL_VALUES, 'false')],
      organization: [local('#Organization', 'Observation/o#org')],
    },
    { ...shared, _id: [token('', 'org')], name: [acme], phonetic: [acme] },
  ])
  expect(contained.flatMap(({ entries }) => entries.map(({ parameter }) => parameter.resourceType))).toEqual(
    expect.arrayContaining(['#Patient', '#Organization']),
  )
  expect(extract(DEFINITIONS, { ...resource, contained: [] }, VERSION).contained).toBeUndefined()
})

test('references of one parameter are found for includes', () => {
  const resource = { resourceType: 'Observation', id: '1', subject: { reference: 'http://localhost/fhir/Patient/1' } }
  const { baseUrl } = VERSION
  expect(extractReferences(DEFINITIONS, resource, searchParameter('Observation', 'subject'), baseUrl)).toEqual([
    local('Patient', '1'),
  ])
  expect(extractReferences(DEFINITIONS, resource, searchParameter('Observation', 'performer'), baseUrl)).toEqual([])
})

test('a code that two systems of its binding share has no system', () => {
  const paths: ExtractionPath[] = [{ steps: ['kind'], type: 'code' }]
  const tables: Record<string, unknown> = {
    'manifest.json': { fhirVersion: '4.0.1', resourceTypes: ['Thing'], complexTypes: [], uncompiled: [], reverse: {} },
    'elements/Thing.json': {
      name: 'Thing',
      kind: 'resource',
      components: { Thing: [{ name: 'kind', types: ['code'], binding: 'http://example.org/kinds' }] },
    },
    'search-parameters/Thing.json': [
      { code: 'kind', url: 'http://example.org/kind', type: 'token' satisfies SearchParameterType, paths },
    ],
    'search-parameters/Resource.json': [],
    'search-parameters/DomainResource.json': [],
    'value-sets.json': { 'http://example.org/kinds': { codes: { a: ['one', 'both'], b: ['both'] } } },
    'compartments.json': {},
  }
  const read: TableReader = file => tables[file]
  const definitions = createDefinitions(read).for(tenantOf('test'))
  const kinds = ['one', 'both', 'none'].map(
    kind => valuesByCode({ resourceType: 'Thing', id: '1', kind }, definitions).kind,
  )
  expect(kinds).toEqual([[token('a', 'one')], [token('', 'both')], [token('', 'none')]])
})
