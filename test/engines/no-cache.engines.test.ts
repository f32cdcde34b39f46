/** `Cache-Control: no-cache`: a search sees every write whose answer was given before, whatever the worker does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { JsonObject } from '#service/resource/content.ts'
import { type EngineWorld, startEngineWorld } from '#test/support/engine-world.ts'
import { httpClient, idsOf } from '#test/support/http-client.ts'

let world: EngineWorld

afterEach(() => world.close())

const NO_CACHE = { headers: { 'Cache-Control': 'no-cache' } }

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })

test('the index worker is stopped, and such a search still sees what was written, changed and deleted', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  const put = (id: string, family: string) => send(`PUT Patient/${id}`, { body: patient(id, family) })
  await put('a', 'Before')
  await put('b', 'Before')
  await world.settle()
  await world.backend.setIndexing('stopped')
  await put('a', 'After')
  await put('c', 'After')
  await send('DELETE Patient/b')
  const entry = Array.from({ length: 150 }, (_, index) => ({
    resource: { resourceType: 'Patient', name: [{ family: 'Bundled' }], multipleBirthInteger: index },
    request: { method: 'POST', url: 'Patient' },
  }))
  await send('POST', { body: { resourceType: 'Bundle', type: 'transaction', entry } })
  expect(idsOf(await send('GET Patient?family=After'))).toEqual([])
  expect(idsOf(await send('GET Patient?family=After', NO_CACHE))).toEqual(['a', 'c'])
  expect(idsOf(await send('GET Patient?family=Before', NO_CACHE))).toEqual([])
  expect((await send('GET Patient?family=Bundled&_summary=count', NO_CACHE)).body.total).toBe(150)
  // The worker takes the marks off once it goes on.
  await world.backend.setIndexing('running')
  await world.settle()
  expect((await send('GET Patient?_summary=count')).body.total).toBe(152)
})

test('one file right after the other: conditional references find what the file before has created', async () => {
  world = await startEngineWorld()
  const send = httpClient(world)
  for (const name of ['hospital-information', 'practitioner-information', 'patient-ines']) {
    const file = join(import.meta.dirname, `../vectors/synthea/${name}.json`)
    const { status, body } = await send('POST', { body: readFileSync(file, 'utf8') })
    const outcomes = ((body.entry ?? []) as JsonObject[]).map(entry => (entry.response as JsonObject).status)
    expect([name, status, [...new Set(outcomes)]]).toEqual([name, 200, ['201 Created']])
  }
})
