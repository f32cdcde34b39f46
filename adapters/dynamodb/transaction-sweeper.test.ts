import { expect, test } from 'vitest'
import { changeOf } from '#test/contract/changes.ts'
import { memoryDynamo, stoppingAt } from '#test/support/memory-dynamo.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'

const FOR_EVER = Number.MAX_SAFE_INTEGER
const EXPIRES_MS = 100_000

const settled = () => new Promise(resolve => setImmediate(resolve))

const KEYS = ['a', 'b'].map(id => ({ type: 'Patient', id }))

/** A committer that stops before it does that. */
async function stopped(attribute: string) {
  const world = memoryDynamo()
  const settings = { transactActionsMax: 1 }
  const changes = KEYS.map(({ type, id }) => changeOf(type, id, 1, { lastUpdated: TEST_TIME }))
  const committer = world.another({ settings, through: stoppingAt(attribute) })
  void committer.commit(TEST_TENANT, { changes, deadline: TEST_TIME + EXPIRES_MS })
  await settled()
  const openEntries = () => [...world.table.items.all()].filter(({ partition }) => partition === `${TEST_TENANT}#open`)
  expect(openEntries()).toHaveLength(1)
  return { ...world, openEntries }
}

test('what was committed and left is made final, and does not hold the watermark back any more', async () => {
  const { store, clock, openEntries } = await stopped('changes')
  expect(await store.overdue.sweep(10, FOR_EVER)).toEqual({ closed: 0, open: 0, failed: 0 })
  clock.advance(EXPIRES_MS + 1001)
  // Final, and the change index may be behind for a while.
  expect(await store.overdue.sweep(10, FOR_EVER)).toEqual({ closed: 0, open: 1, failed: 0 })
  clock.advance(7001)
  expect(await store.overdue.sweep(10, FOR_EVER)).toEqual({ closed: 1, open: 0, failed: 0 })
  expect(openEntries()).toEqual([])
  const { versions } = await store.history(TEST_TENANT, { count: 9, deadline: FOR_EVER })
  expect(versions.map(({ id }) => id)).toEqual(['b', 'a'])
  expect(await store.overdue.sweep(10, FOR_EVER)).toEqual({ closed: 0, open: 0, failed: 0 })
})

test('what was left undecided is aborted, and its content goes', async () => {
  const { store, table, clock, openEntries } = await stopped('state')
  clock.advance(EXPIRES_MS + 1001)
  expect(await store.overdue.sweep(10, FOR_EVER)).toEqual({ closed: 1, open: 0, failed: 0 })
  expect(openEntries()).toEqual([])
  expect([...table.items.all()].filter(({ body }) => body !== undefined)).toEqual([])
  expect(await store.readNewest(TEST_TENANT, KEYS, FOR_EVER)).toEqual([undefined, undefined])
})

test('one that can not be ended is said so, and the others are ended', async () => {
  const { store, table, clock, logged, another, openEntries } = await stopped('changes')
  await another({ settings: { transactActionsMax: 1 } }).commit(TEST_TENANT, {
    changes: KEYS.map(({ id }) => changeOf('Device', id, 1, { lastUpdated: TEST_TIME })),
    deadline: TEST_TIME + EXPIRES_MS + 1,
  })
  const [chunk] = [...table.items.all()].filter(({ sort }) => sort.startsWith('chunk'))
  await table.write({
    kind: 'update',
    key: chunk ?? { partition: '', sort: '' },
    set: {},
    remove: ['listed'],
    condition: [{}],
  })
  clock.advance(EXPIRES_MS + 1002)
  expect(await store.overdue.sweep(10, FOR_EVER)).toEqual({ closed: 1, open: 0, failed: 1 })
  expect(openEntries()).toHaveLength(1)
  expect(logged.map(({ message }) => message)).toContain('A transaction that is overdue could not be ended')
})
