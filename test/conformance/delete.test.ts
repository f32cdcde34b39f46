/** R4 http.html#delete */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SHAW } from '#test/support/patients.ts'
import { openRestWorld, type RestWorld, refused, versionHeaders } from '#test/support/rest-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: { ...SHAW, id: 'a' } })
  world.clock.advance(1000)
})

afterEach(() => world.close())

const DELETED = {
  status: 204,
  headers: versionHeaders({ id: 'a', version: 2, afterMs: 1000 }),
  body: undefined,
}

test('a deleted resource is gone for reads and searches; its history stays', async () => {
  expect(await world.send('DELETE /Patient/a')).toEqual(DELETED)
  expect(await world.send('GET /Patient/a')).toEqual(
    refused(410, 'deleted', 'Patient/a was deleted; version 2 records that'),
  )
  expect(await world.send('GET /Patient?_summary=count')).toMatchObject({ body: { total: 0 } })
  expect(await world.send('GET /Patient/a/_history/1')).toMatchObject({ status: 200 })
})

test('deleting again, or what never was, changes nothing and succeeds', async () => {
  await world.send('DELETE /Patient/a')
  const nothing = { status: 204, headers: {}, body: undefined }
  expect(await world.send('DELETE /Patient/a')).toEqual(nothing)
  expect(await world.send('DELETE /Patient/never')).toEqual(nothing)
  expect(await world.send('GET /Patient/a/_history')).toMatchObject({ body: { total: 2 } })
})

test('If-Match guards it', async () => {
  expect(await world.send('DELETE /Patient/a', { headers: { 'if-match': 'W/"7"' } })).toEqual(
    refused(412, 'conflict', 'Patient/a: If-Match asks for version 7, but its version is 1'),
  )
  expect(await world.send('DELETE /Patient/a', { headers: { 'if-match': 'W/"1"' } })).toEqual(DELETED)
})
