/** R4 http.html#create, #ccreate */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SHAW } from '#test/support/patients.ts'
import {
  BASE_URL,
  FHIR_TYPE,
  openRestWorld,
  type RestWorld,
  refused,
  stamped,
  versionHeaders,
} from '#test/support/rest-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

const FIRST = { id: 'id-1', version: 1 }
const LOCATION = { Location: `${BASE_URL}/Patient/id-1/_history/1` }
const HEADERS = {
  ...FHIR_TYPE,
  ...versionHeaders(FIRST),
  ...LOCATION,
  'Content-Location': LOCATION.Location,
}

test('a resource gets a new id, whatever id it has, and version 1', async () => {
  const created = { status: 201, headers: HEADERS, body: stamped(SHAW, FIRST) }
  expect(await world.send('POST /Patient', { body: { ...SHAW, id: 'mine' } })).toEqual(created)
  expect(await world.send('GET /Patient/id-1')).toMatchObject({ status: 200, body: created.body })
  expect(await world.send('GET /Patient/mine')).toMatchObject({ status: 404 })
})

test('Prefer: return=minimal leaves the body out', async () => {
  const headers = { prefer: 'return=minimal' }
  expect(await world.send('POST /Patient', { body: SHAW, headers })).toEqual({
    status: 201,
    headers: { ...versionHeaders(FIRST), ...LOCATION },
    body: undefined,
  })
})

test('decimals come back as they were sent', async () => {
  const value = '{"value":120.50,"unit":"mmHg"}'
  const body = `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":${value}}`
  const { headers } = await world.send('POST /Observation', { body })
  expect(headers.Location).toBe(`${BASE_URL}/Observation/id-1/_history/1`)
  expect(await world.text('GET /Observation/id-1')).toContain(value)
  expect(await world.text('GET /Observation')).toContain(value)
  expect(await world.text('GET /Observation/id-1/_history')).toContain(value)
})

test('every problem is listed with its place', async () => {
  const body = { resourceType: 'Patient', gender: 'm', names: [], birthDate: '1990-13-01', contact: [{ gender: 1 }] }
  expect(await world.send('POST /Patient', { body })).toEqual({
    status: 422,
    headers: FHIR_TYPE,
    body: {
      resourceType: 'OperationOutcome',
      issue: ['gender', 'names', 'birthDate', 'contact[0].gender'].map(element => ({
        severity: 'error',
        code: expect.any(String),
        diagnostics: expect.any(String),
        expression: [`Patient.${element}`],
      })),
    },
  })
  expect(await world.send('GET /Patient?_summary=count')).toMatchObject({ body: { total: 0 } })
})

test.each([
  ['POST /Nothing', SHAW, 404, 'not-supported', "FHIR R4 (4.0.1) has no resource type 'Nothing'"],
  [
    'POST /Patient',
    '{"resourceType":',
    400,
    'structure',
    'The content is not valid JSON: the text ends too early at line 1, column 17',
  ],
  [
    'POST /Observation',
    SHAW,
    400,
    'structure',
    'The resourceType "Patient" is not "Observation", which is expected here',
  ],
] as const)('%s with %j is %i', async (line, body, status, code, diagnostics) => {
  expect(await world.send(line, { body })).toEqual(refused(status, code, diagnostics))
})

test('a condition creates once', async () => {
  const identifier = [{ system: 'urn:example', value: '7' }]
  const body = { ...SHAW, identifier }
  const headers = { 'if-none-exist': 'identifier=urn:example|7' }
  expect(await world.send('POST /Patient', { body, headers })).toMatchObject({ status: 201 })
  expect(await world.send('POST /Patient', { body, headers })).toEqual({
    status: 200,
    headers: HEADERS,
    body: stamped(body, FIRST),
  })
  await world.send('POST /Patient', { body })
  expect(await world.send('POST /Patient', { body, headers })).toEqual(
    refused(412, 'multiple-matches', "The condition 'Patient?identifier=urn:example|7' matches more than one resource"),
  )
})
