/** Marks of what is not indexed yet, as DynamoDB itself handles their sets. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MarkedWrite } from '#service/ports/write-markers.ts'
import { type DynamoWorld, dynamoWorld } from '#test/support/dynamo-world.ts'
import { changeOf, freshTenant, soon } from './changes.ts'

let world: DynamoWorld

beforeAll(async () => {
  world = await dynamoWorld()
})

afterAll(() => world.close())

const namesOf = (writes: readonly MarkedWrite[]): string[] => writes.map(({ id }) => id).toSorted()

test('marks come with commits, and go one by one or as a whole', async () => {
  const tenant = freshTenant()
  const store = world.store({ settings: { marksWrites: true } })
  const unindexed = async () => namesOf((await store.marks.unindexed(tenant, 100, soon())).writes)
  const write = (id: string) => ({ type: 'Patient', id, versionId: 1 })
  await store.commit(tenant, { changes: [changeOf('Patient', 'x', 1, { lastUpdated: Date.now() })], deadline: soon() })
  expect(await unindexed()).toEqual(['x'])
  await store.marks.put(tenant, [write('a')], 'one', soon())
  await store.marks.put(tenant, ['b', 'c', 'd'].map(write), 'three', soon())
  expect(await unindexed()).toEqual(['a', 'b', 'c', 'd', 'x'])
  await store.marks.indexed(
    tenant,
    [
      { ...write('a'), mark: 'one.0' },
      { ...write('c'), mark: 'three.0' },
    ],
    soon(),
  )
  expect(await unindexed()).toEqual(['b', 'd', 'x'])
  const rest = ['b', 'c', 'd'].map(id => ({ ...write(id), mark: 'three.0' }))
  await store.marks.indexed(tenant, rest, soon())
  await store.marks.indexed(tenant, rest, soon())
  expect(await unindexed()).toEqual(['x'])
})
