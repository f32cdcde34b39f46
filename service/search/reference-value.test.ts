import { expect, test } from 'vitest'
import { DEFINITIONS } from '#test/support/search-parameter.ts'
import { canonicalValueOf, referenceValueOf } from './reference-value.ts'

const context = { basePrefix: 'http://localhost/fhir/', isResourceType: DEFINITIONS.isResourceType }
const local = (type: string, id: string, version?: string) => ({ kind: 'reference', type, id, url: undefined, version })
const remote = (url: string, version?: string) => ({ kind: 'reference', type: undefined, id: undefined, url, version })

test.each([
  ['Patient/1', local('Patient', '1')],
  ['Patient/1/_history/2', local('Patient', '1', '2')],
  ['http://localhost/fhir/Patient/1', local('Patient', '1')],
  ['http://localhost/fhir/Patient/1/_history/2', local('Patient', '1', '2')],
  ['http://localhost/fhir2/Patient/1', remote('http://localhost/fhir2/Patient/1')],
  ['http://other.org/fhir/Patient/1', remote('http://other.org/fhir/Patient/1')],
  ['http://other.org/fhir/Patient/1/_history/2', remote('http://other.org/fhir/Patient/1', '2')],
  ['Nothing/1', remote('Nothing/1')],
  ['Patient/not an id', remote('Patient/not an id')],
  ['Patient?identifier=1', remote('Patient?identifier=1')],
  ['#contained', undefined],
  ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520', undefined],
  ['', undefined],
])('reference %s', (text, value) => {
  expect(referenceValueOf(text, context)).toEqual(value)
})

test.each([
  ['http://example.org/Questionnaire/q|1.0', remote('http://example.org/Questionnaire/q', '1.0')],
  ['http://example.org/Questionnaire/q', remote('http://example.org/Questionnaire/q')],
  ['http://example.org/Questionnaire/q|', remote('http://example.org/Questionnaire/q')],
  ['http://localhost/fhir/Questionnaire/q|2', local('Questionnaire', 'q', '2')],
  ['Questionnaire/q', local('Questionnaire', 'q')],
  ['urn:oid:1.2.3', remote('urn:oid:1.2.3')],
  ['#contained', undefined],
])('canonical %s', (text, value) => {
  expect(canonicalValueOf(text, context)).toEqual(value)
})

test('without a base URL no absolute reference is local', () => {
  const text = 'http://localhost/fhir/Patient/1'
  expect(referenceValueOf(text, { ...context, basePrefix: undefined })).toEqual(remote(text))
})
