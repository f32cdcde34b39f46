/** The whole gateway over real engines: what is loaded can be found, and what happens while the index is away. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startWorld } from '#runtime/local/world.ts'
import type { JsonObject } from '#service/resource/content.ts'
import { type EngineWorld, type EngineWorldOptions, startEngineWorld } from '#test/support/engine-world.ts'
import { askGraphql, httpClient, idsOf } from '#test/support/http-client.ts'
import type { HttpWorld } from '#test/support/http-world.ts'
import { ownOpenSearch } from '#test/support/own-opensearch.ts'

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

async function open(options?: EngineWorldOptions): Promise<EngineWorld> {
  const world = await startEngineWorld(options)
  opened.push(world)
  return world
}

const VECTORS = join(import.meta.dirname, '../vectors/synthea')
const FILES = ['hospital-information', 'practitioner-information', 'patient-ines', 'patient-shante', 'patient-tricia']

async function loadSynthea(world: HttpWorld, settle: () => Promise<void>): Promise<void> {
  const send = httpClient(world)
  for (const file of FILES) {
    const { status, body } = await send('POST', { body: readFileSync(join(VECTORS, `${file}.json`), 'utf8') })
    const outcomes = (body.entry as JsonObject[]).map(entry => (entry.response as JsonObject).status)
    expect([file, status, [...new Set(outcomes)]]).toEqual([file, 200, ['201 Created']])
    // The next file refers to this one by conditional references, which are searches.
    await settle()
  }
}

const SEARCHES = [
  ...['Patient', 'Encounter', 'Condition', 'Observation', 'Claim', 'Organization', 'Practitioner'],
  'Observation?code=http://loinc.org|8302-2',
  'Observation?subject:Patient.name=ines&value-quantity=gt10',
  'Patient?_has:Condition:patient:clinical-status=active',
  'Encounter?date=ge2015&_sort=date',
  'Condition?code:text=disorder',
  'Organization?name:contains=hosp',
].map(search => `${search}${search.includes('?') ? '&' : '?'}_total=accurate&_count=3`)

/** Ids are given anew by each gateway: totals are compared, and how long the pages are. */
async function answersOf(world: HttpWorld): Promise<readonly unknown[]> {
  const send = httpClient(world)
  const answers: unknown[] = []
  for (const search of SEARCHES) {
    const { status, body } = await send(`GET ${search}`)
    answers.push([search, status, body.total, ((body.entry ?? []) as unknown[]).length])
  }
  return answers
}

test('Synthea loads, and searches answer as over the embedded store', async () => {
  const world = await open()
  await loadSynthea(world, world.settle)
  const embedded = await startWorld()
  opened.push(embedded)
  await loadSynthea(embedded, async () => undefined)
  const expected = await answersOf(embedded)
  expect(expected.filter(answer => (answer as unknown[])[2] === 0).length).toBeLessThan(4)
  expect(await answersOf(world)).toEqual(expected)
})

const patient = (family: string) => ({ resourceType: 'Patient', name: [{ family }] })

test('OpenSearch ends: reads and writes by id go on; after its return the index is complete', async () => {
  const own = await ownOpenSearch()
  opened.push(own)
  const world = await open({ searchEndpoint: own.endpoint })
  const send = httpClient(world)
  const put = (id: string, family: string) => send(`PUT Patient/${id}`, { body: { ...patient(family), id } })
  for (const id of ['a', 'b', 'c']) expect((await put(id, 'Away')).status).toBe(201)
  await world.settle()
  expect(idsOf(await send('GET Patient?family=Away'))).toEqual(['a', 'b', 'c'])

  await own.end()
  expect((await put('d', 'Away')).status).toBe(201)
  expect((await put('a', 'Moved')).status).toBe(200)
  expect((await send('DELETE Patient/b')).status).toBe(204)
  const entry = Array.from({ length: 120 }, () => ({
    resource: patient('Staged'),
    request: { method: 'POST', url: 'Patient' },
  }))
  expect((await send('POST', { body: { resourceType: 'Bundle', type: 'transaction', entry } })).status).toBe(200)
  expect((await send('GET Patient/d')).body).toMatchObject(patient('Away'))
  expect((await send('GET Patient/a/_history')).body.total).toBe(2)
  const refused = await send('GET Patient?family=Away')
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true])
  expect(refused.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'transient' }] })
  const consistent = await send('GET Patient?family=Away', { headers: { 'Cache-Control': 'no-cache' } })
  expect([consistent.status, Number(consistent.headers.get('retry-after')) > 0]).toEqual([503, true])
  expect(await askGraphql(world, '{ PatientList(family: "Away") { id } }')).toMatchObject({
    errors: [{ path: ['PatientList'] }],
  })

  await own.restart()
  await world.settle()
  expect(idsOf(await send('GET Patient?family=Away'))).toEqual(['c', 'd'])
  expect(idsOf(await send('GET Patient?family=Moved'))).toEqual(['a'])
  expect((await send('GET Patient?family=Staged&_summary=count')).body.total).toBe(120)
})

test('what was written while the index worker was stopped is found once it goes on, from the beginning too', async () => {
  const world = await open()
  const send = httpClient(world)
  const put = (id: string, family: string) => send(`PUT Patient/${id}`, { body: { ...patient(family), id } })
  await put('a', 'Before')
  await put('b', 'Before')
  await world.settle()
  await world.backend.setIndexing('stopped')
  await put('a', 'After')
  await put('c', 'After')
  await send('DELETE Patient/b')
  await world.settle()
  expect(idsOf(await send('GET Patient?family=After'))).toEqual([])
  // A worker that starts anew reads the whole stream again.
  await world.backend.setIndexing('running')
  await world.settle()
  expect(idsOf(await send('GET Patient?family=After'))).toEqual(['a', 'c'])
  expect(idsOf(await send('GET Patient'))).toEqual(['a', 'c'])
})

test('a transaction of 400 entries is there as a whole, and can be searched for', async () => {
  const world = await open()
  const send = httpClient(world)
  const entry = Array.from({ length: 400 }, (_, index) => ({
    resource: patient(`Staged ${index}`),
    request: { method: 'POST', url: 'Patient' },
  }))
  const { status } = await send('POST', { body: { resourceType: 'Bundle', type: 'transaction', entry } })
  expect(status).toBe(200)
  await world.settle()
  expect((await send('GET Patient?family=Staged&_summary=count')).body.total).toBe(400)
})

test('of 50 conditional creates at once, one makes the resource', async () => {
  const world = await open()
  const send = httpClient(world)
  const body = { ...patient('Once'), identifier: [{ system: 'urn:test', value: '1' }] }
  const headers = { 'If-None-Exist': 'identifier=urn:test|1' }
  const answers = await Promise.all(Array.from({ length: 50 }, () => send('POST Patient', { body, headers })))
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([...Array(49).fill(200), 201])
  expect(new Set(answers.map(answer => answer.body.id)).size).toBe(1)
})
