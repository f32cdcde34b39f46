/** R4 http.html#read, #vread */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SHAW } from '#test/support/patients.ts'
import { FHIR_TYPE, openRestWorld, type RestWorld, refused, stamped, versionHeaders } from '#test/support/rest-world.ts'

let world: RestWorld

/** Patient/a has two versions, a second apart; Patient/gone has one and a tombstone. */
beforeAll(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: { ...SHAW, id: 'a' } })
  await world.send('PUT /Patient/gone', { body: { ...SHAW, id: 'gone' } })
  world.clock.advance(1000)
  await world.send('PUT /Patient/a', { body: { ...SHAW, id: 'a', active: false } })
  await world.send('DELETE /Patient/gone')
})

afterAll(() => world.close())

const SECOND = { id: 'a', version: 2, afterMs: 1000 }
const FOUND = { status: 200, headers: { ...FHIR_TYPE, ...versionHeaders(SECOND) } }
const NOT_MODIFIED = { status: 304, headers: versionHeaders(SECOND), body: undefined }

test('the newest version is read', async () => {
  expect(await world.send('GET /Patient/a')).toEqual({ ...FOUND, body: stamped({ ...SHAW, active: false }, SECOND) })
})

test('HEAD answers the same without the body', async () => {
  const length = JSON.stringify(stamped({ ...SHAW, active: false }, SECOND)).length
  expect(await world.send('HEAD /Patient/a')).toEqual({
    status: 200,
    headers: { ...FOUND.headers, 'Content-Length': String(length) },
    body: undefined,
  })
})

test.each([
  ['if-none-match', 'W/"2"'],
  ['if-none-match', 'W/"1", W/"2"'],
  ['if-none-match', '*'],
  ['if-modified-since', 'Thu, 29 Feb 2024 12:00:01 GMT'],
])('%s: %s is not modified', async (name, value) => {
  expect(await world.send('GET /Patient/a', { headers: { [name]: value } })).toEqual(NOT_MODIFIED)
})

test.each([
  ['if-none-match', 'W/"1"'],
  ['if-modified-since', 'Thu, 29 Feb 2024 12:00:00 GMT'],
])('%s: %s is modified since', async (name, value) => {
  expect(await world.send('GET /Patient/a', { headers: { [name]: value } })).toMatchObject(FOUND)
})

test.each([
  ['GET /Patient/nobody', 404, 'not-found', 'There is no Patient/nobody'],
  ['GET /Patient/gone', 410, 'deleted', 'Patient/gone was deleted; version 2 records that'],
  ['GET /Pateint/a', 404, 'not-supported', "FHIR R4 (4.0.1) has no resource type 'Pateint'"],
  ['GET /Patient/a/_history/3', 404, 'not-found', "There is no version '3' of Patient/a"],
  ['GET /Patient/a/_history/x', 404, 'not-found', "There is no version 'x' of Patient/a"],
  ['GET /Patient/gone/_history/2', 410, 'deleted', 'Patient/gone was deleted; version 2 records that'],
] as const)('%s is %i', async (line, status, code, diagnostics) => {
  expect(await world.send(line)).toEqual(refused(status, code, diagnostics))
})

test('an older version is read by its number', async () => {
  const first = { id: 'a', version: 1 }
  expect(await world.send('GET /Patient/a/_history/1')).toEqual({
    status: 200,
    headers: { ...FHIR_TYPE, ...versionHeaders(first) },
    body: stamped(SHAW, first),
  })
})

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
}

test('a view is marked as one', async () => {
  const { id, meta, resourceType } = stamped(SHAW, SECOND)
  expect(await world.send('GET /Patient/a?_elements=birthDate')).toEqual({
    ...FOUND,
    body: { resourceType, id, meta: { ...meta, tag: [SUBSETTED] }, birthDate: SHAW.birthDate },
  })
})

test('a view that no resource has is refused', async () => {
  expect(await world.send('GET /Patient/a?_summary=most')).toEqual(
    refused(400, 'value', "_summary of a single resource is one of true, text, data, false, not 'most'", '_summary'),
  )
})
