import { expect, test } from 'vitest'
import type { MemoryPorts } from '#test/support/memory-ports.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { faultOf, jsonOf, oneFault, testWorld } from '#test/support/test-world.ts'

const patient = (id: string, more = {}) => ({ resourceType: 'Patient', id, ...more })
const KEY = { type: 'Patient', id: 'a' }

test('updates create, follow one another, and revive', async () => {
  const { service, call } = testWorld()
  const update = async (gender: string) => {
    const { kind, version } = await service.update(call, { ...KEY, content: patient('a', { gender }) })
    return [kind, version.versionId, version.lastUpdated - TEST_TIME, version.content().gender]
  }
  expect(await update('other')).toEqual(['created', 1, 0, 'other'])
  expect(await update('male')).toEqual(['updated', 2, 1, 'male'])
  await service.delete(call, KEY)
  expect(await update('female')).toEqual(['created', 4, 3, 'female'])
})

test('lastUpdated grows although the clock goes back', async () => {
  const { service, call, ports } = testWorld()
  await service.update(call, { ...KEY, content: patient('a') })
  ports.clock.advance(-5000)
  const { version } = await service.update(call, { ...KEY, content: patient('a') })
  expect(version.lastUpdated).toBe(TEST_TIME + 1)
  expect(jsonOf(version.body)).toMatchObject({ meta: { lastUpdated: '2024-02-29T12:00:00.001Z' } })
})

test.each([
  ['absent', undefined, 'has none'],
  ['another', 'b', "has 'b'"],
])('an id in the content that is %s is invalid', async (_what, id, found) => {
  const { service, call } = testWorld()
  const content = { resourceType: 'Patient', ...(id && { id }) }
  expect(await faultOf(service.update(call, { ...KEY, content }))).toEqual(
    oneFault('invalid', 'value', `The resource must have the id of its address, 'a', but ${found}`, 'Patient.id'),
  )
})

test('a client-assigned id must be an id', async () => {
  const { service, call } = testWorld()
  const id = 'x'.repeat(65)
  expect(await faultOf(service.update(call, { type: 'Patient', id, content: patient(id) }))).toEqual(
    oneFault('invalid', 'value', `'${id}' is no id: 1 to 64 of the letters, digits, '-' and '.'`),
  )
})

test.each([
  ['the newest version', '2', undefined],
  [
    'an older one',
    '1',
    oneFault('precondition-failed', 'conflict', 'Patient/a: If-Match asks for version 1, but its version is 2'),
  ],
  [
    'no version',
    'x1',
    oneFault('invalid', 'value', `If-Match must name a version, a whole number such as W/"3", not 'x1'`),
  ],
])('If-Match with %s', async (_what, ifMatch, expected) => {
  const { service, call } = testWorld()
  await service.update(call, { ...KEY, content: patient('a') })
  await service.update(call, { ...KEY, content: patient('a') })
  const update = service.update(call, { ...KEY, content: patient('a'), ifMatch })
  if (expected) expect(await faultOf(update)).toEqual(expected)
  else expect((await update).version.versionId).toBe(3)
})

test('If-Match on what does not exist, or no more, fails', async () => {
  const { service, call } = testWorld()
  const update = () => service.update(call, { ...KEY, content: patient('a'), ifMatch: '1' })
  const expected = oneFault(
    'precondition-failed',
    'conflict',
    'Patient/a: If-Match asks for version 1, but it does not exist',
  )
  expect(await faultOf(update())).toEqual(expected)
  await service.update(call, { ...KEY, content: patient('a') })
  await service.delete(call, KEY)
  expect(await faultOf(update())).toEqual(expected)
})

test('of concurrent updates without If-Match each gets its version', async () => {
  const { service, call, ports } = testWorld()
  const results = await Promise.all(
    Array.from({ length: 6 }, () => service.update(call, { ...KEY, content: patient('a') })),
  )
  expect(results.map(({ kind }) => kind).sort()).toEqual(['created', ...Array(5).fill('updated')])
  expect(ports.changes.map(({ versionId }) => versionId)).toEqual([1, 2, 3, 4, 5, 6])
})

test('of concurrent updates with If-Match one wins', async () => {
  const { service, call, ports } = testWorld()
  await service.update(call, { ...KEY, content: patient('a') })
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, () => service.update(call, { ...KEY, content: patient('a'), ifMatch: '1' })),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(results.flatMap(result => (result.status === 'rejected' ? [result.reason.message] : []))).toEqual(
    Array(5).fill('Patient/a: If-Match asks for version 1, but another write has replaced it just now'),
  )
  expect(ports.changes.map(({ versionId }) => versionId)).toEqual([1, 2])
})

const losing = (ports: MemoryPorts): MemoryPorts => ({
  ...ports,
  store: {
    ...ports.store,
    commit: async () => ({ committed: false, conflict: { kind: 'version', ...KEY } }),
  },
})

test('a race that is lost over and over is a conflict', async () => {
  const { service, call } = testWorld({ wrap: losing })
  expect(await faultOf(service.update(call, { ...KEY, content: patient('a') }))).toEqual(
    oneFault('conflict', 'conflict', 'Patient/a is being written by others at the same time: try again'),
  )
})

test('decimals keep their digits', async () => {
  const { service, call, ports } = testWorld()
  const { parseJson } = await import('../resource/json.ts')
  const text =
    '{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"valueQuantity":{"value":120.50}}'
  await service.update(call, { type: 'Observation', id: 'a', content: parseJson(text) })
  expect(ports.changes[0]?.body).toContain('"value":120.50}')
})
