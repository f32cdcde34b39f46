import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { MemoryTable } from '#test/support/memory-table.ts'
import { faultOf, oneFault } from '#test/support/test-world.ts'
import { DynamoListeners } from './dynamo-listeners.ts'
import type { Item, Key } from './table.ts'
import { TableError } from './table-error.ts'

const HOUR_MS = 3_600_000
const PACE = { wait: async () => {}, random: () => 0 }

test('a tenant is heard for a day after somebody subscribed, and no other tenant with it', async () => {
  let now = 1_000_000_000_000
  const listeners = new DynamoListeners(new MemoryTable(), { clock: { now: () => now }, pace: PACE })
  const [one, two] = [tenantOf('one'), tenantOf('two')]
  const heard = async () => [await listeners.isHeard(one, now + 1), await listeners.isHeard(two, now + 1)]
  expect(await heard()).toEqual([false, false])
  await listeners.listen(one, now + 1)
  expect(await heard()).toEqual([true, false])
  now += 24 * HOUR_MS
  expect(await heard()).toEqual([true, false])
  await listeners.listen(one, now + 1)
  now += 24 * HOUR_MS
  expect(await heard()).toEqual([true, false])
  now += 2 * HOUR_MS
  expect(await heard()).toEqual([false, false])
})

test('a table that is busy is asked again; where it stays so, changes can come again later', async () => {
  let refusals = 1
  class BusyTable extends MemoryTable {
    override async get(key: Key): Promise<Item | undefined> {
      if (refusals-- > 0) throw new TableError('throttled')
      return super.get(key)
    }
  }
  const listeners = new DynamoListeners(new BusyTable(), { clock: { now: () => 0 }, pace: PACE })
  const tenant = tenantOf('one')
  await listeners.listen(tenant, 1000)
  expect(await listeners.isHeard(tenant, 1000)).toBe(true)
  refusals = 1
  expect(await faultOf(listeners.isHeard(tenant, 0))).toEqual(
    oneFault('throttled', 'throttled', 'The storage is busy: try again later.'),
  )
})
