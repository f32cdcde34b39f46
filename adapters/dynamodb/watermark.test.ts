import { expect, test } from 'vitest'
import type { Change } from '#service/ports/resource-store.ts'
import { changeOf } from '#test/contract/changes.ts'
import { memoryDynamo, stoppingAt } from '#test/support/memory-dynamo.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { faultOf } from '#test/support/test-world.ts'

const FOR_EVER = Number.MAX_SAFE_INTEGER
/** 30 s for writes, 1 s between clocks, 6 s for the index, and 1 ms. */
const BEHIND_MS = 37_001

const STAGED = { transactActionsMax: 1 }

const changes = (lastUpdated: number): Change[] => ['a', 'b'].map(id => changeOf('Patient', id, 1, { lastUpdated }))

const settled = () => new Promise(resolve => setImmediate(resolve))

test('is behind by what a write may take', async () => {
  const world = memoryDynamo()
  expect(await world.store.watermark(TEST_TENANT, FOR_EVER)).toBe(TEST_TIME - BEHIND_MS)
})

test('a write that has taken longer is refused', async () => {
  const world = memoryDynamo()
  const late = changeOf('Patient', 'a', 1, { lastUpdated: TEST_TIME - 30_001 })
  const fault = await faultOf(world.store.commit(TEST_TENANT, { changes: [late], deadline: FOR_EVER }))
  expect(fault).toMatchObject({ category: 'unavailable' })
  const justInTime = changeOf('Patient', 'a', 1, { lastUpdated: TEST_TIME - 30_000 })
  const result = await world.store.commit(TEST_TENANT, { changes: [justInTime], deadline: FOR_EVER })
  expect(result).toEqual({ committed: true })
})

test('histories of types end there, those of resources do not', async () => {
  const world = memoryDynamo()
  await world.store.commit(TEST_TENANT, { changes: changes(TEST_TIME), deadline: FOR_EVER })
  const count = async (request: object) =>
    (await world.store.history(TEST_TENANT, { count: 9, deadline: FOR_EVER, ...request })).versions.length
  expect([await count({}), await count({ type: 'Patient' }), await count({ type: 'Patient', id: 'a' })]).toEqual([
    0, 0, 1,
  ])
  world.clock.advance(BEHIND_MS)
  expect([await count({}), await count({ type: 'Patient' })]).toEqual([2, 2])
})

test('waits for an open transaction, aborts it when its time is over, and goes on', async () => {
  const world = memoryDynamo()
  const stopped = world.another({ settings: STAGED, through: stoppingAt('state') })
  void stopped.commit(TEST_TENANT, { changes: changes(TEST_TIME), deadline: TEST_TIME + 100_000 })
  await settled()
  world.clock.advance(90_000)
  expect(await world.store.watermark(TEST_TENANT, FOR_EVER)).toBe(TEST_TIME - 1)
  world.clock.advance(20_000)
  expect(await world.store.watermark(TEST_TENANT, FOR_EVER)).toBe(TEST_TIME + 110_000 - BEHIND_MS)
  const keys = [{ type: 'Patient', id: 'a' }]
  expect(await world.store.readNewest(TEST_TENANT, keys, FOR_EVER)).toEqual([undefined])
})

test('waits until what is committed is final, and a little longer for the index', async () => {
  const world = memoryDynamo()
  const stopped = world.another({ settings: STAGED, through: stoppingAt('finalizedAt') })
  void stopped.commit(TEST_TENANT, { changes: changes(TEST_TIME), deadline: TEST_TIME + 100_000 })
  await settled()
  world.clock.advance(200_000)
  expect(await world.store.watermark(TEST_TENANT, FOR_EVER)).toBe(TEST_TIME - 1)
  expect(await world.store.finish(TEST_TENANT, 'nonce-1', FOR_EVER)).toBe('finalized')
  world.clock.advance(7000)
  expect(await world.store.watermark(TEST_TENANT, FOR_EVER)).toBe(TEST_TIME - 1)
  world.clock.advance(1)
  expect(await world.store.watermark(TEST_TENANT, FOR_EVER)).toBe(TEST_TIME + 207_001 - BEHIND_MS)
})
