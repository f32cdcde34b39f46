import { expect, test } from 'vitest'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { faultOf, oneFault, testWorld } from '#test/support/test-world.ts'

const KEY = { type: 'Condition', id: 'c' }

async function worldWithCondition() {
  const world = testWorld()
  const content = {
    resourceType: 'Condition',
    id: 'c',
    meta: { security: [{ system: 'urn:labels', code: 'r' }] },
    subject: { reference: 'Patient/p' },
  }
  await world.service.update(world.call, { ...KEY, content })
  return world
}

const TOMBSTONE = {
  ...KEY,
  versionId: 2,
  lastUpdated: TEST_TIME + 1,
  method: 'DELETE',
  deleted: true,
  compartments: ['Patient/p'],
  securityLabels: ['urn:labels|r'],
}

test('a delete writes a tombstone that keeps compartments and labels', async () => {
  const { service, call, ports } = await worldWithCondition()
  expect(await service.delete(call, KEY)).toEqual({ version: TOMBSTONE })
  expect(ports.changes[1]).toEqual({
    ...KEY,
    versionId: 2,
    lastUpdated: TEST_TIME + 1,
    method: 'DELETE',
    body: undefined,
    compartments: ['Patient/p'],
    securityLabels: ['urn:labels|r'],
    provenance: { author: 'tester', door: 'rest', requestId: 'request-1' },
    document: undefined,
  })
})

test.each([
  ['unknown', 'x'],
  ['no id', 'a_b'],
])('deleting what is %s succeeds without a version', async (_what, id) => {
  const { service, call, ports } = testWorld()
  expect(await service.delete(call, { type: 'Condition', id })).toEqual({ version: undefined })
  expect(ports.changes).toEqual([])
})

test('deleting again succeeds without another version', async () => {
  const { service, call, ports } = await worldWithCondition()
  await service.delete(call, KEY)
  expect(await service.delete(call, KEY)).toEqual({ version: undefined })
  expect(ports.changes).toHaveLength(2)
})

test('If-Match: the newest version is deleted, another is not, nor what does not exist', async () => {
  const { service, call } = await worldWithCondition()
  expect(await faultOf(service.delete(call, { ...KEY, ifMatch: '2' }))).toEqual(
    oneFault('precondition-failed', 'conflict', 'Condition/c: If-Match asks for version 2, but its version is 1'),
  )
  expect(await service.delete(call, { ...KEY, ifMatch: '1' })).toEqual({ version: TOMBSTONE })
  expect(await faultOf(service.delete(call, { ...KEY, ifMatch: '2' }))).toEqual(
    oneFault('precondition-failed', 'conflict', 'Condition/c: If-Match asks for version 2, but it does not exist'),
  )
})

test('of concurrent deletes one writes', async () => {
  const { service, call, ports } = await worldWithCondition()
  const results = await Promise.all(Array.from({ length: 5 }, () => service.delete(call, KEY)))
  expect(results.filter(({ version }) => version)).toHaveLength(1)
  expect(ports.changes).toHaveLength(2)
})
