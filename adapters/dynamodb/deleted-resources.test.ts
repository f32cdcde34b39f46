import { expect, test } from 'vitest'
import type { Change } from '#service/ports/resource-store.ts'
import { changeOf, deletionOf } from '#test/contract/changes.ts'
import { memoryDynamo } from '#test/support/memory-dynamo.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { faultOf } from '#test/support/test-world.ts'

const FOR_EVER = Number.MAX_SAFE_INTEGER
const REQUEST = { compartment: 'Patient/p', count: 2, deadline: FOR_EVER }

async function world() {
  const { store, clock, table } = memoryDynamo({ settings: { shardsOf: () => 3 } })
  const commit = async (...changes: readonly Change[]) => {
    for (const change of changes) await store.commit(TEST_TENANT, { changes: [change], deadline: FOR_EVER })
  }
  return { store, clock, table, commit }
}

test('says up to when nothing is missing: as far as the change index is complete', async () => {
  const { store, clock, commit } = await world()
  const { until } = await store.deletedFrom(TEST_TENANT, REQUEST)
  expect(until).toBe(TEST_TIME - 37_001)
  await commit(
    changeOf('Basic', '1', 1, { lastUpdated: TEST_TIME }),
    deletionOf('Basic', '1', 2, { lastUpdated: TEST_TIME }),
  )
  clock.advance(60_000)
  expect((await store.deletedFrom(TEST_TENANT, REQUEST)).until).toBe(TEST_TIME + 22_999)
})

test('reads no first versions, as these are no tombstones', async () => {
  const { store, commit, table } = await world()
  const compartments = ['Patient/p']
  const ids = Array.from({ length: 50 }, (_, index) => `b${index}`)
  await commit(...ids.map(id => changeOf('Basic', id, 1, { compartments, lastUpdated: TEST_TIME })))
  await commit(deletionOf('Basic', 'b7', 2, { compartments, lastUpdated: TEST_TIME }))
  const read: number[] = []
  const { batchGet } = table
  table.batchGet = (keys, ...rest) => {
    read.push(keys.length)
    return batchGet.call(table, keys, ...rest)
  }
  let after: string | undefined
  const found: string[] = []
  do {
    const page = await store.deletedFrom(TEST_TENANT, { ...REQUEST, count: 100, ...(after !== undefined && { after }) })
    found.push(...page.keys.map(({ id }) => id))
    after = page.next
  } while (after !== undefined)
  expect([found, read]).toEqual([['b7'], [1]])
})

test('refuses a place that it has not given', async () => {
  const { store } = await world()
  const request = { ...REQUEST, after: 'elsewhere' }
  expect((await faultOf(store.deletedFrom(TEST_TENANT, request))).category).toBe('invalid')
})
