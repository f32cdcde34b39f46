/** R4 resource-operation-meta.html, -meta-add.html, -meta-delete.html */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FHIR_TYPE, openRestWorld, type RestWorld, versionHeaders } from '#test/support/rest-world.ts'

let world: RestWorld

const URGENT = { system: 'urn:tags', code: 'urgent' }
const VIP = { system: 'urn:labels', code: 'vip' }
const PROFILE = 'http://example.org/StructureDefinition/p'
const PATIENT = { resourceType: 'Patient', id: 'a', meta: { tag: [URGENT] }, active: true }

beforeEach(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: PATIENT })
})

afterEach(() => world.close())

const given = (meta: object) => ({
  body: { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: meta }] },
})

const stamp = (version: number) => ({
  versionId: String(version),
  lastUpdated: new Date(Date.UTC(2024, 1, 29, 12) + version - 1).toISOString(),
})

const answered = (version: number, meta: object) => ({
  status: 200,
  headers: { ...FHIR_TYPE, ...versionHeaders({ id: 'a', version }) },
  body: { resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: { ...stamp(version), ...meta } }] },
})

test('of a resource and of a version', async () => {
  expect(await world.send('GET /Patient/a/$meta')).toEqual(answered(1, { tag: [URGENT] }))
  expect(await world.send('GET /Patient/a/_history/1/$meta')).toEqual(answered(1, { tag: [URGENT] }))
  expect(await world.send('GET /Patient/nobody/$meta')).toMatchObject({ status: 404 })
})

test('adding makes a version, but for what is there already', async () => {
  const more = { tag: [{ ...URGENT, display: 'Again' }], security: [VIP], profile: [PROFILE] }
  const added = { tag: [URGENT], security: [VIP], profile: [PROFILE] }
  expect(await world.send('POST /Patient/a/$meta-add', given(more))).toEqual(answered(2, added))
  expect(await world.send('POST /Patient/a/$meta-add', given(more))).toEqual(answered(2, added))
  expect(await world.send('GET /Patient?_tag=urn:tags|urgent&_security=urn:labels|vip&_summary=count')).toMatchObject({
    body: { total: 1 },
  })
  expect((await world.send('GET /Patient/a')).body).toMatchObject({ active: true })
})

test('taking away makes a version, but for what is not there', async () => {
  expect(await world.send('POST /Patient/a/$meta-delete', given({ tag: [VIP] }))).toEqual(
    answered(1, { tag: [URGENT] }),
  )
  expect(await world.send('POST /Patient/a/$meta-delete', given({ tag: [URGENT] }))).toEqual(answered(2, {}))
  expect(await world.send('GET /Patient?_tag=urn:tags|urgent&_summary=count')).toMatchObject({ body: { total: 0 } })
})

test('of a type and of the system: what is used, each once', async () => {
  await world.send('PUT /Patient/b', { body: { ...PATIENT, id: 'b', meta: { tag: [URGENT], security: [VIP] } } })
  await world.send('PUT /Basic/c', {
    body: { resourceType: 'Basic', id: 'c', code: { text: 'x' }, meta: { profile: [PROFILE] } },
  })
  const used = (valueMeta: object) => ({
    status: 200,
    body: { resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta }] },
  })
  const ofPatients = { tag: [URGENT], security: [VIP] }
  expect(await world.send('GET /Patient/$meta')).toMatchObject(used(ofPatients))
  expect(await world.send('GET /$meta')).toMatchObject(used({ ...ofPatients, profile: [PROFILE] }))
})

test('versions never change, and a GET changes nothing', async () => {
  expect(await world.send('POST /Patient/a/_history/1/$meta-add', given({ tag: [VIP] }))).toMatchObject({ status: 404 })
  expect(await world.send('GET /Patient/a/$meta-add')).toMatchObject({ status: 405 })
  expect((await world.send('GET /Patient/a')).headers.ETag).toBe('W/"1"')
})

test('what a policy hides has no meta, and gets none', async () => {
  let hidden = false
  const veiled = await openRestWorld({
    policy: { permits: () => true, visible: () => ({ kind: hidden ? 'nothing' : 'everything' }) },
  })
  await veiled.send('PUT /Patient/a', { body: PATIENT })
  hidden = true
  expect(await veiled.send('GET /Patient/a/$meta')).toMatchObject({ status: 404 })
  expect(await veiled.send('GET /Patient/$meta')).toMatchObject({
    body: { parameter: [{ name: 'return' }] },
  })
  expect(JSON.stringify((await veiled.send('GET /Patient/$meta')).body)).not.toContain('urgent')
  expect(await veiled.send('POST /Patient/a/$meta-add', given({ tag: [VIP] }))).toMatchObject({ status: 403 })
  await veiled.close()
})

/** R4 resource.html#tag-updates: tags and security labels are merged, profiles replaced. */
test.each([
  ['by its id', 'PUT /Patient/l'],
  ['by a condition', 'PUT /Patient?_id=l'],
  ['in a transaction', 'PUT Patient/l'],
  ['in a transaction by a condition', 'PUT Patient?_id=l'],
])('an update %s keeps tags and labels that it does not know of', async (_how, line) => {
  const labelled = { resourceType: 'Patient', id: 'l', meta: { tag: [URGENT], security: [VIP], profile: [PROFILE] } }
  await world.send('PUT /Patient/l', { body: labelled })
  const other = { system: 'urn:tags', code: 'other' }
  const resource = { resourceType: 'Patient', id: 'l', meta: { tag: [other] }, active: true }
  const [method = '', url = ''] = line.split(' ')
  const entry = [{ resource, request: { method, url } }]
  const answer = url.startsWith('/')
    ? await world.send(line, { body: resource })
    : await world.send('POST /', { body: { resourceType: 'Bundle', type: 'transaction', entry } })
  expect(answer.status).toBe(200)
  expect((await world.send('GET /Patient/l')).body).toEqual({
    ...resource,
    meta: { ...stamp(2), lastUpdated: expect.any(String), tag: [other, URGENT], security: [VIP] },
  })
  expect(await world.send('GET /Patient?_security=urn:labels|vip&_summary=count')).toMatchObject({ body: { total: 1 } })
})

test('a patch takes labels away, and one who puts a resource anew after its deletion starts without', async () => {
  const headers = { 'content-type': 'application/merge-patch+json' }
  await world.send('PATCH /Patient/a', { body: { meta: { tag: null } }, headers })
  expect((await world.send('GET /Patient/a')).body).toMatchObject({ meta: stamp(2) })
  expect((await world.send('GET /Patient/a')).body).not.toHaveProperty('meta.tag')
  await world.send('PUT /Patient/a', { body: PATIENT })
  await world.send('DELETE /Patient/a')
  await world.send('PUT /Patient/a', { body: { resourceType: 'Patient', id: 'a' } })
  expect((await world.send('GET /Patient/a')).body).not.toHaveProperty('meta.tag')
})
