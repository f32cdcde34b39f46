import { expect, test } from 'vitest'
import type { Change } from '#service/ports/resource-store.ts'
import { changeOf, deletionOf } from '#test/contract/changes.ts'
import { memoryDynamo } from '#test/support/memory-dynamo.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { attributesOfItem } from './attribute-values.ts'
import { BodyLoader } from './bodies.ts'
import { versionKey } from './keys.ts'
import { DynamoChangeImages } from './stream-images.ts'
import type { Table } from './table.ts'

const FOR_EVER = Number.MAX_SAFE_INTEGER
const KEY = { type: 'Patient', id: 'a' }

const MARKED = 'content that must go'

async function deleted(versions: number) {
  const world = memoryDynamo({ settings: { overflowBytesMin: 100 } })
  const commit = (change: Change) => world.store.commit(TEST_TENANT, { changes: [change], deadline: FOR_EVER })
  for (let versionId = 1; versionId < versions; versionId++) {
    const body = versionId === 2 ? JSON.stringify({ text: MARKED, more: Math.PI.toString(36).repeat(20) }) : MARKED
    await commit(changeOf('Patient', 'a', versionId, { lastUpdated: TEST_TIME + versionId, body }))
  }
  await commit(deletionOf('Patient', 'a', versions, { lastUpdated: TEST_TIME + versions }))
  const historyOf = async (count: number) => {
    const { versions: found, total } = await world.store.history(TEST_TENANT, { ...KEY, count, deadline: FOR_EVER })
    return [found.map(({ versionId }) => versionId), total]
  }
  return { ...world, commit, historyOf }
}

test('leaves slots without content, in the table and beside it, and says nothing of them', async () => {
  const { store, table, overflow, historyOf } = await deleted(4)
  expect(overflow.objects.size).toBe(1)
  expect(await store.purge(TEST_TENANT, KEY, 4, FOR_EVER)).toBe(true)
  expect(overflow.objects.size).toBe(0)
  const slots = [1, 2, 3].map(versionId => table.items.get(versionKey(TEST_TENANT, KEY, versionId)))
  expect(slots.map(slot => Object.keys(slot ?? {}).sort())).toEqual(
    Array.from({ length: 3 }, () => ['nonce', 'partition', 'purged', 'sort']),
  )
  expect(await historyOf(9)).toEqual([[4], 1])
  const images = new DynamoChangeImages(new BodyLoader(overflow))
  for (const slot of slots) {
    expect(images.read({ dynamodb: { NewImage: slot && attributesOfItem(slot) } })).toEqual({ kind: 'other' })
  }
})

test('a write that comes late finds its number taken', async () => {
  const { store, commit, another } = await deleted(4)
  const late = another()
  await store.purge(TEST_TENANT, KEY, 4, FOR_EVER)
  for (const versionId of [1, 2, 3]) {
    const changes = [changeOf('Patient', 'a', versionId, { lastUpdated: TEST_TIME })]
    expect(await late.commit(TEST_TENANT, { changes, deadline: FOR_EVER })).toMatchObject({ committed: false })
  }
  expect(await commit(changeOf('Patient', 'a', 5, { lastUpdated: TEST_TIME + 5 }))).toEqual({ committed: true })
})

test('one that stopped in the middle says no wrong number, and is ended by the next', async () => {
  const { store, another, historyOf, table } = await deleted(6)
  let purged = 0
  const dying = another({
    settings: { concurrencyMax: 1 },
    through: (inner: Table): Table => ({
      get: (key, deadline) => inner.get(key, deadline),
      batchGet: (keys, deadline) => inner.batchGet(keys, deadline),
      query: (query, deadline) => inner.query(query, deadline),
      transact: (writes, token, deadline) => inner.transact(writes, token, deadline),
      write: (write, deadline) => (++purged > 3 ? Promise.reject(new Error('dead')) : inner.write(write, deadline)),
    }),
  })
  await expect(dying.purge(TEST_TENANT, KEY, 6, FOR_EVER)).rejects.toThrow('dead')
  expect([await historyOf(9), await historyOf(1)]).toEqual([
    [[6, 5, 4], 3],
    [[6], undefined],
  ])
  expect(await store.purge(TEST_TENANT, KEY, 6, FOR_EVER)).toBe(true)
  expect(await historyOf(9)).toEqual([[6], 1])
  expect([...table.items.all()].filter(({ purged: isPurged }) => isPurged)).toHaveLength(5)
})
