import { expect, test } from 'vitest'
import type { MarkedWrite } from '#service/ports/write-markers.ts'
import { changeOf } from '#test/contract/changes.ts'
import { memoryDynamo } from '#test/support/memory-dynamo.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { markName } from './write-marks.ts'

const DEADLINE = TEST_TIME + 20_000

const marking = () => memoryDynamo({ settings: { marksWrites: true } })

const changes = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => changeOf('Patient', `${name}${index}`, 1, { lastUpdated: TEST_TIME }))

const writesOf = (name: string, count: number): MarkedWrite[] =>
  changes(name, count).map(({ type, id, versionId }) => ({ type, id, versionId }))

const textOf = ({ type, id, versionId }: MarkedWrite): string => `${type}/${id}/${versionId}`

type World = ReturnType<typeof marking>

const commit = ({ store }: World, name: string, count: number) =>
  store.commit(TEST_TENANT, { changes: changes(name, count), deadline: DEADLINE })

async function unindexed({ store }: World, limit = 10_000) {
  const { writes, complete } = await store.marks.unindexed(TEST_TENANT, limit, DEADLINE)
  return { writes: writes.map(textOf).toSorted(), complete }
}

const all = (...writes: readonly MarkedWrite[]) => ({ writes: writes.map(textOf).toSorted(), complete: true })

test('what is committed is marked until it is indexed, in whatever parts that is said', async () => {
  const world = marking()
  expect(await commit(world, 'a', 1)).toEqual({ committed: true })
  expect(await commit(world, 'b', 1100)).toEqual({ committed: true })
  const [one, many] = [writesOf('a', 1), writesOf('b', 1100)]
  expect(await unindexed(world)).toEqual(all(...one, ...many))
  // Commits have their nonces in their order: the staged one's requests have taken some as well.
  const second = [...world.table.items.all()].find(({ partition }) => partition === 'test#Patient#b0')?.nonce
  const named = (write: MarkedWrite, index: number) => ({
    ...write,
    mark: markName(String(second), Math.floor(index / 500)),
  })
  const marked = many.map(named)
  await world.store.marks.indexed(TEST_TENANT, [{ ...(one[0] as MarkedWrite), mark: 'nonce-1.0' }], DEADLINE)
  await world.store.marks.indexed(TEST_TENANT, marked.slice(300, 600), DEADLINE)
  expect(await unindexed(world)).toEqual(all(...many.slice(0, 300), ...many.slice(600)))
  await world.store.marks.indexed(TEST_TENANT, marked.slice(200, 700), DEADLINE)
  await world.store.marks.indexed(TEST_TENANT, marked.slice(0, 300), DEADLINE)
  await world.store.marks.indexed(TEST_TENANT, marked.slice(650), DEADLINE)
  await world.store.marks.indexed(TEST_TENANT, marked.slice(650), DEADLINE)
  expect(await unindexed(world)).toEqual(all())
  expect([...world.table.items.all()].filter(({ partition }) => partition.includes('#marks#'))).toEqual([])
})

test('what lost a race is not marked', async () => {
  const world = marking()
  await commit(world, 'a', 1)
  expect(await commit(world, 'a', 2)).toMatchObject({ committed: false })
  expect(await unindexed(world)).toEqual(all(...writesOf('a', 1)))
})

test('more than the limit are not given out', async () => {
  const world = marking()
  for (const name of ['a', 'b', 'c', 'd', 'e']) await commit(world, name, 1)
  const some = await unindexed(world, 4)
  expect([some.writes.length, some.complete]).toEqual([4, false])
  const exactly = await unindexed(world, 5)
  expect([exactly.writes.length, exactly.complete]).toEqual([5, true])
})

test('nothing is marked unless it is asked for', async () => {
  const world = memoryDynamo()
  await commit(world, 'a', 1)
  expect(await unindexed(world)).toEqual(all())
})
