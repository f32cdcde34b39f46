import { expect, test } from 'vitest'
import { testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import { parseQueryString } from '../../query-string.ts'
import type { JsonValue } from '../../resource/content.ts'
import { usedByBundle, usedBySearch, usedByWrite } from './uses-own.ts'

const base = testDefinitions.for(testCall().tenant)

test.each([
  ['gender=male&name:exact=Shaw&_id=1', false],
  ['organization:Organization=1&general-practitioner:missing=true', false],
  ['_sort=-birthdate,name&_count=5&_total=accurate&_elements=name&_summary=true', false],
  ['_include=Patient:organization&_revinclude=Observation:subject:Patient', false],
  ['eyes=green', true],
  ['eyes:not=green', true],
  ['gender=male&_sort=eyes', true],
  ['_filter=gender eq male', true],
  ['organization.eyes=x', true],
  ['organization:Organization.name=x', true],
  ['_has:Observation:subject:code=x', true],
  ['_include=Patient:lab', true],
  ['_include=*', true],
  ['_include:iterate=Patient:lab', true],
  ['_revinclude=Observation:*', true],
])('a search of Patients by %s', (query, uses) => {
  expect(usedBySearch('Patient', parseQueryString(query))(base)).toBe(uses)
  expect(usedByWrite('Patient', query)(base)).toBe(uses)
  expect(usedByWrite('Patient', `Patient?${query}`)(base)).toBe(uses)
})

test('a search of several types, and of what is no type', () => {
  expect(usedBySearch(undefined, [])(base)).toBe(true)
  expect(usedBySearch('Nothing', [])(base)).toBe(true)
})

test('a write without a condition, but of SearchParameters', () => {
  expect(usedByWrite('Patient')(base)).toBe(false)
  expect(usedByWrite('SearchParameter')(base)).toBe(true)
})

const entry = (request: object, resource: object = { resourceType: 'Patient' }): JsonValue =>
  ({ resourceType: 'Bundle', type: 'batch', entry: [{ request, resource }] }) as JsonValue

test.each([
  [entry({ method: 'POST', url: 'Patient' }), false],
  [entry({ method: 'GET', url: 'Patient/1' }), false],
  [entry({ method: 'POST', url: 'Observation' }, { subject: { reference: 'Patient/1' }, text: 'why?' }), false],
  [entry({ method: 'GET', url: 'Patient?eyes=green' }), true],
  [entry({ method: 'POST', url: 'Patient', ifNoneExist: 'eyes=green' }), true],
  [entry({ method: 'POST', url: 'Observation' }, { subject: { reference: 'Patient?eyes=green' } }), true],
  [entry({ method: 'POST', url: 'Patient/$validate' }), true],
  [entry({ method: 'POST', url: 'SearchParameter' }, { resourceType: 'SearchParameter' }), true],
  [entry({ method: 'DELETE', url: 'SearchParameter/1' }), true],
  ['no Bundle', false],
])('the Bundle %j', (bundle, uses) => {
  expect(usedByBundle(bundle)(base)).toBe(uses)
})
