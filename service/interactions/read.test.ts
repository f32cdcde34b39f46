import { expect, test } from 'vitest'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { faultOf, jsonOf, oneFault, testWorld } from '#test/support/test-world.ts'

async function worldWithPatient() {
  const world = testWorld()
  const content = { resourceType: 'Patient', id: 'a', active: true, gender: 'other', birthDate: '1970-03' }
  await world.service.update(world.call, { type: 'Patient', id: 'a', content })
  return world
}

const ATTRIBUTES = {
  type: 'Patient',
  id: 'a',
  versionId: 1,
  lastUpdated: TEST_TIME,
  method: 'PUT',
  deleted: false,
  compartments: ['Patient/a'],
  securityLabels: [],
}

test('a read answers the newest version with its bytes', async () => {
  const { service, call } = await worldWithPatient()
  const result = await service.read(call, { type: 'Patient', id: 'a' })
  const { body, content, ...attributes } = result.version as Extract<typeof result, { kind: 'found' }>['version']
  expect({ kind: result.kind, attributes }).toEqual({ kind: 'found', attributes: ATTRIBUTES })
  expect(jsonOf(body)).toEqual({
    resourceType: 'Patient',
    id: 'a',
    meta: { versionId: '1', lastUpdated: '2024-02-29T12:00:00.000Z' },
    active: true,
    gender: 'other',
    birthDate: '1970-03',
  })
  expect(content()).toEqual(jsonOf(body))
})

test.each([
  ['no such resource', { type: 'Patient', id: 'b' }, oneFault('not-found', 'not-found', 'There is no Patient/b')],
  ['an id of another type', { type: 'Device', id: 'a' }, oneFault('not-found', 'not-found', 'There is no Device/a')],
  ['no id', { type: 'Patient', id: 'a_b' }, oneFault('not-found', 'not-found', 'There is no Patient/a_b')],
  [
    'no type',
    { type: 'Patientt', id: 'a' },
    oneFault('not-found', 'not-supported', "FHIR R4 (4.0.1) has no resource type 'Patientt'"),
  ],
])('%s is not found', async (_what, request, expected) => {
  const { service, call } = await worldWithPatient()
  expect(await faultOf(service.read(call, request))).toEqual(expected)
})

test('what was deleted is gone', async () => {
  const { service, call } = await worldWithPatient()
  await service.delete(call, { type: 'Patient', id: 'a' })
  expect(await faultOf(service.read(call, { type: 'Patient', id: 'a' }))).toEqual(
    oneFault('gone', 'deleted', 'Patient/a was deleted; version 2 records that'),
  )
})

const MS = 1000
test.each([
  ['If-None-Match with the version', { ifNoneMatch: ['7', '1'] }, 'not-modified'],
  ['If-None-Match with any version', { ifNoneMatch: ['*'] }, 'not-modified'],
  ['If-None-Match with another version', { ifNoneMatch: ['2'] }, 'found'],
  ['If-Modified-Since the same second', { ifModifiedSince: TEST_TIME }, 'not-modified'],
  ['If-Modified-Since a second before', { ifModifiedSince: TEST_TIME - MS }, 'found'],
  ['If-None-Match, which goes first', { ifNoneMatch: ['2'], ifModifiedSince: TEST_TIME }, 'found'],
])('%s', async (_what, conditions, kind) => {
  const { service, call, ports } = testWorld()
  ports.clock.advance(400)
  const content = { resourceType: 'Patient', id: 'a' }
  await service.update(call, { type: 'Patient', id: 'a', content })
  const result = await service.read(call, { type: 'Patient', id: 'a', ...conditions })
  expect(result.kind).toBe(kind)
})

test('a view cuts the resource', async () => {
  const { service, call } = await worldWithPatient()
  const result = await service.read(call, { type: 'Patient', id: 'a', view: { elements: ['gender'] } })
  const expected = {
    resourceType: 'Patient',
    id: 'a',
    meta: {
      versionId: '1',
      lastUpdated: '2024-02-29T12:00:00.000Z',
      tag: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
          code: 'SUBSETTED',
          display: 'subsetted',
        },
      ],
    },
    gender: 'other',
  }
  const version = result.kind === 'found' ? result.version : undefined
  expect(jsonOf(version?.body ?? [])).toEqual(expected)
  expect(version?.content()).toEqual(expected)
})

test('vread answers each version, the tombstone as gone, and knows no other', async () => {
  const { service, call } = await worldWithPatient()
  const content = { resourceType: 'Patient', id: 'a', active: false }
  await service.update(call, { type: 'Patient', id: 'a', content })
  await service.delete(call, { type: 'Patient', id: 'a' })
  const vread = (versionId: string) => service.vread(call, { type: 'Patient', id: 'a', versionId })
  const one = await vread('1')
  expect(one.kind === 'found' && one.version.content().active).toBe(true)
  const two = await vread('2')
  expect(two.kind === 'found' && two.version.content().active).toBe(false)
  expect(await faultOf(vread('3'))).toEqual(
    oneFault('gone', 'deleted', 'Patient/a was deleted; version 3 records that'),
  )
  for (const versionId of ['4', '0', '01', '-1', '1.0', 'x', '1e0']) {
    const expected = oneFault('not-found', 'not-found', `There is no version '${versionId}' of Patient/a`)
    expect(await faultOf(vread(versionId))).toEqual(expected)
  }
})
