import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Change } from '#service/ports/resource-store.ts'
import { changeOf, plain, stored } from '#test/contract/changes.ts'
import { type MemoryDynamo, memoryDynamo } from '#test/support/memory-dynamo.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { faultOf } from '#test/support/test-world.ts'
import type { Table, Write } from './table.ts'
import { TableError, type TableErrorKind } from './table-error.ts'

const DEADLINE = TEST_TIME + 20_000

const change = (id: string, versionId = 1, more: Partial<Change> = {}): Change =>
  changeOf('Patient', id, versionId, { lastUpdated: TEST_TIME + versionId, ...more })

const commit = ({ store }: Pick<MemoryDynamo, 'store'>, ...changes: readonly Change[]) =>
  store.commit(TEST_TENANT, { changes, deadline: DEADLINE })

const patients = (...ids: readonly string[]) => ids.map(id => ({ type: 'Patient', id }))

/** What the requests of the task are, by kind. */
async function requestsOf({ table }: MemoryDynamo, task: () => Promise<unknown>): Promise<object> {
  const before = { ...table.requests }
  await task()
  const made = Object.entries(table.requests).map(([kind, count]): [string, number] => [
    kind,
    count - before[kind as keyof typeof before],
  ])
  return Object.fromEntries(made.filter(([, count]) => count > 0))
}

describe('asks of the table', () => {
  test('one request for a read, and one more for the write that is built on it', async () => {
    const world = memoryDynamo()
    await commit(world, change('a'))
    const read = () => world.store.readNewest(TEST_TENANT, patients('a'), DEADLINE)
    expect(await requestsOf(world, read)).toEqual({ query: 1 })
    expect(await requestsOf(world, () => commit(world, change('a', 2)))).toEqual({ write: 1 })
    expect(await requestsOf(world, () => commit(world, change('b')))).toEqual({ write: 1 })
  })

  test('whether the version before is there, where this process has not read it', async () => {
    const world = memoryDynamo()
    await commit(world, change('a'))
    const store = world.another()
    const types = { query: 1 }
    expect(await requestsOf(world, () => commit({ store }, change('a', 2)))).toEqual({ get: 1, write: 1, ...types })
    expect(await requestsOf(world, () => commit({ store }, change('a', 3)))).toEqual({ get: 1, write: 1 })
  })

  test('hints in batches of 50, and a query for each that is out of date', async () => {
    const world = memoryDynamo()
    const ids = Array.from({ length: 120 }, (_, index) => `p${index}`)
    for (const id of ids) await commit(world, change(id))
    const hints = ids.map(id => ({ type: 'Patient', id, versionId: 1 }))
    const read = () => world.store.readNewest(TEST_TENANT, hints, DEADLINE)
    expect(await requestsOf(world, read)).toEqual({ batchGet: 3 })
    await commit(world, change('p7', 2))
    expect(await requestsOf(world, read)).toEqual({ batchGet: 3, query: 1 })
    const newest = await read()
    expect(newest.map(version => version?.versionId)).toEqual(ids.map(id => (id === 'p7' ? 2 : 1)))
  })

  test('one transaction up to 100 actions and 4 MB, and a staged one beyond', async () => {
    const world = memoryDynamo()
    await commit(world, change('first'))
    const entries = (name: string, count: number, more: Partial<Change> = {}) =>
      Array.from({ length: count }, (_, index) => change(`${name}${index}`, 1, more))
    const noise = randomBytes(24_000).toString('latin1')
    expect(await requestsOf(world, () => commit(world, ...entries('a', 100)))).toEqual({ transact: 1 })
    // 101 versions, each staged and finalized; a list, a decision and the end.
    const large = { transact: 1, write: 2 * 101 + 3 }
    expect(await requestsOf(world, () => commit(world, ...entries('b', 101)))).toEqual(large)
    const fat = { body: JSON.stringify({ noise }), securityLabels: ['x'.repeat(20_000)] }
    const heavy = { transact: 1, write: 2 * 90 + 3 }
    expect(await requestsOf(world, () => commit(world, ...entries('c', 90, fat)))).toEqual(heavy)
  })

  test('checks of what is referred to in the same request, and a staged commit to delete', async () => {
    const world = memoryDynamo()
    await commit(world, change('a'), change('b'))
    const refersTo = ['a', 'b'].map(id => ({ type: 'Patient', id, versionId: 1 }))
    const refer = (id: string) =>
      world.store.commit(TEST_TENANT, { changes: [change(id)], refersTo, deadline: DEADLINE })
    expect(await requestsOf(world, () => refer('c'))).toEqual({ transact: 1 })
    await commit(world, change('b', 2))
    // Refused for the newer version of one, which is looked at.
    expect(await requestsOf(world, () => refer('d'))).toEqual({ transact: 2, query: 1 })
    const changes = [change('a', 2, { body: undefined, document: undefined })]
    const confirm = async () => undefined
    const remove = () => world.store.commit(TEST_TENANT, { changes, confirm, deadline: DEADLINE })
    // The version before (another's), a list, the tombstone staged and finalized, a decision and the end; holds.
    expect(await requestsOf(world, remove)).toEqual({ get: 1, transact: 1, write: 5, query: 1 })
  })
})

test('a version says how many contained resources there may be of it, and so does a tombstone', async () => {
  const world = memoryDynamo()
  await commit(world, change('a', 1, { containedMax: 2 }), change('b', 1))
  await commit(world, change('a', 2, { containedMax: 2, body: undefined, document: undefined }))
  const versions = await world.store.readNewest(TEST_TENANT, patients('a', 'b'), DEADLINE)
  expect(versions.map(version => [version?.deleted, version?.containedMax])).toEqual([
    [true, 2],
    [false, undefined],
  ])
})

describe('bodies', () => {
  const large = JSON.stringify({ noise: randomBytes(60_000).toString('base64') })

  test('above 32 KB go elsewhere, with their sha256 in the item', async () => {
    const world = memoryDynamo()
    const written = change('large', 1, { body: large })
    await commit(world, written)
    const [key] = [...world.overflow.objects.keys()]
    expect(key).toBe('test/Patient/large/1/nonce-1')
    const [version] = await world.store.readNewest(TEST_TENANT, patients('large'), DEADLINE)
    expect(plain(version)).toEqual(stored(written))
    world.overflow.objects.set(key ?? '', new Uint8Array([1]))
    expect(await faultOf(world.store.readNewest(TEST_TENANT, patients('large'), DEADLINE))).toMatchObject({
      category: 'unavailable',
    })
  })

  test('of a commit that comes too late are removed again', async () => {
    const world = memoryDynamo()
    await commit(world, change('a', 1, { body: large }))
    expect(await commit(world, change('a', 1, { body: large }))).toMatchObject({ committed: false })
    expect([...world.overflow.objects.keys()]).toEqual(['test/Patient/a/1/nonce-1'])
  })

  test('are refused with what is in no item: too many labels', async () => {
    const securityLabels = Array.from({ length: 12_000 }, (_, index) => `http://example.org/labels|code-${index}`)
    expect(await faultOf(commit(memoryDynamo(), change('a', 1, { securityLabels })))).toMatchObject({
      category: 'too-large',
    })
  })
})

describe('a table that is not itself', () => {
  /** Each write fails so many times before it is done; `lands`: it is done all the same. */
  const failing =
    (kind: TableErrorKind, times: number, lands = false) =>
    (table: Table): Table => {
      let left = times
      const write = async (one: Write, deadline: number) => {
        if (left > 0) {
          left--
          if (lands) await table.write(one, deadline)
          throw new TableError(kind)
        }
        return table.write(one, deadline)
      }
      return {
        get: (key, deadline) => table.get(key, deadline),
        batchGet: (keys, deadline) => table.batchGet(keys, deadline),
        query: (query, deadline) => table.query(query, deadline),
        transact: (writes, token, deadline) => table.transact(writes, token, deadline),
        write,
      }
    }

  const over = (through: (table: Table) => Table) => {
    const world = memoryDynamo()
    return { ...world, store: world.another({ through }) }
  }

  test.each(['throttled', 'contended', 'unclear'] as const)('%s for a while: the write is tried again', async kind => {
    const world = over(failing(kind, 5))
    expect(await commit(world, change('a'))).toEqual({ committed: true })
  })

  test('answers lost after the write: it is recognised', async () => {
    const world = over(failing('unclear', 2, true))
    expect(await commit(world, change('a'))).toEqual({ committed: true })
    expect(await commit(world, change('a'))).toMatchObject({ committed: false })
  })

  test.each([
    ['throttled', 'throttled', 'The storage is busy: try again later.'],
    ['contended', 'conflict', 'Others write to the same resources at the same time: try again.'],
    ['unclear', 'unavailable', 'The storage did not confirm in time what was written: read it before you try again.'],
  ] as const)('%s until the deadline: a fault', async (kind, category, diagnostics) => {
    const world = over(failing(kind, Number.POSITIVE_INFINITY))
    const fault = await faultOf(commit(world, change('a')))
    expect(fault).toMatchObject({ category, issues: [{ diagnostics }] })
    expect(world.clock.now()).toBeLessThanOrEqual(DEADLINE)
  })

  test('keys left over from a batch are asked for again', async () => {
    const world = memoryDynamo()
    const ids = ['a', 'b', 'c']
    for (const id of ids) await commit(world, change(id))
    const through = (table: Table): Table => ({
      ...table,
      query: (query, deadline) => table.query(query, deadline),
      batchGet: async (keys, deadline) => {
        const { items } = await table.batchGet(keys.slice(0, 2), deadline)
        return { items, unprocessed: keys.slice(2) }
      },
    })
    const hints = ids.map(id => ({ type: 'Patient', id, versionId: 1 }))
    const read = await world.another({ through }).readNewest(TEST_TENANT, hints, DEADLINE)
    expect(read.map(version => version?.id)).toEqual(ids)
  })
})
