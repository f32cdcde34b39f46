/** R4 http.html#update, #upsert, #concurrency */
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

const BODY = { ...SHAW, id: 'a' }
const FIRST = { id: 'a', version: 1 }
const SECOND = { id: 'a', version: 2, afterMs: 5000 }
const versionUrl = (version: number) => `${BASE_URL}/Patient/a/_history/${version}`

test('where nothing was, it creates', async () => {
  expect(await world.send('PUT /Patient/a', { body: BODY })).toEqual({
    status: 201,
    headers: {
      ...FHIR_TYPE,
      ...versionHeaders(FIRST),
      Location: versionUrl(1),
      'Content-Location': versionUrl(1),
    },
    body: stamped(SHAW, FIRST),
  })
})

test('where something was, it makes the next version', async () => {
  await world.send('PUT /Patient/a', { body: BODY })
  world.clock.advance(5000)
  expect(await world.send('PUT /Patient/a', { body: { ...BODY, active: false } })).toEqual({
    status: 200,
    headers: { ...FHIR_TYPE, ...versionHeaders(SECOND), 'Content-Location': versionUrl(2) },
    body: stamped({ ...SHAW, active: false }, SECOND),
  })
})

test('If-Match lets the update happen to that version alone', async () => {
  await world.send('PUT /Patient/a', { body: BODY })
  const put = (version: string) => world.send('PUT /Patient/a', { body: BODY, headers: { 'if-match': version } })
  expect(await put('W/"1"')).toMatchObject({ status: 200, headers: { ETag: 'W/"2"' } })
  expect(await put('W/"1"')).toEqual(
    refused(412, 'conflict', 'Patient/a: If-Match asks for version 1, but its version is 2'),
  )
  expect(await world.send('GET /Patient/a')).toMatchObject({ headers: { ETag: 'W/"2"' } })
})

test('of updates to one version that race, one wins', async () => {
  await world.send('PUT /Patient/a', { body: BODY })
  const headers = { 'if-match': 'W/"1"' }
  const race = Array.from({ length: 8 }, () => world.send('PUT /Patient/a', { body: BODY, headers }))
  const statuses = (await Promise.all(race)).map(answer => answer.status)
  expect(statuses.toSorted()).toEqual([200, 412, 412, 412, 412, 412, 412, 412])
})

test('If-None-Match: * creates and never updates', async () => {
  const headers = { 'if-none-match': '*' }
  const race = Array.from({ length: 4 }, () => world.send('PUT /Patient/a', { body: BODY, headers }))
  const statuses = (await Promise.all(race)).map(answer => answer.status)
  expect(statuses.toSorted()).toEqual([201, 412, 412, 412])
  expect(await world.send('PUT /Patient/a', { body: BODY, headers })).toEqual(
    refused(412, 'conflict', 'Patient/a: If-None-Match allows no version, but it has version 1'),
  )
  await world.send('DELETE /Patient/a')
  expect(await world.send('PUT /Patient/a', { body: BODY, headers })).toMatchObject({
    status: 201,
    headers: { ETag: 'W/"3"' },
  })
})

test('If-None-Match of an update is nothing else', async () => {
  const headers = { 'if-none-match': 'W/"3"' }
  expect(await world.send('PUT /Patient/a', { body: BODY, headers })).toEqual(
    refused(400, 'value', `If-None-Match of an update is * (create only), not 'W/"3"'`),
  )
})

test.each(['.', '..'])('%s, which clients take out of URLs, is no id', async id => {
  expect(await world.send(`PUT /Patient/${id}`, { body: { ...SHAW, id } })).toMatchObject({ status: 404 })
  expect(await world.send(`PUT /Patient/%2E`, { body: { ...SHAW, id } })).toMatchObject({ status: 404 })
})

test('what was deleted comes back, with the next version', async () => {
  await world.send('PUT /Patient/a', { body: BODY })
  await world.send('DELETE /Patient/a')
  expect(await world.send('PUT /Patient/a', { body: BODY })).toMatchObject({
    status: 201,
    headers: { ETag: 'W/"3"', Location: versionUrl(3) },
  })
  expect(await world.send('GET /Patient/a')).toMatchObject({ status: 200, headers: { ETag: 'W/"3"' } })
})

test.each([
  [{ ...SHAW, id: 'b' }, "The resource must have the id of its address, 'a', but has 'b'"],
  [SHAW, "The resource must have the id of its address, 'a', but has none"],
])('the id of the body is that of the address', async (body, diagnostics) => {
  expect(await world.send('PUT /Patient/a', { body })).toEqual(refused(400, 'value', diagnostics, 'Patient.id'))
})

test.each(['PATCH /Patient/a', 'DELETE /Patient/a', 'PATCH /Patient?_id=a', 'DELETE /Patient?_id=a'])(
  'If-None-Match of %s is refused, as it would be passed over',
  async line => {
    const headers = { 'if-none-match': '*', 'content-type': 'application/json-patch+json' }
    expect(await world.send(line, { headers, body: '[]' })).toEqual(
      refused(
        400,
        'value',
        'If-None-Match has no meaning for what changes a resource: If-Match says which version it is to be',
      ),
    )
  },
)
