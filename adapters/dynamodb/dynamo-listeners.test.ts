import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { MemoryTable } from '#test/support/memory-table.ts'
import { DynamoListeners } from './dynamo-listeners.ts'

const HOUR_MS = 3_600_000

test('a tenant is heard for a day after somebody subscribed, and no other tenant with it', async () => {
  let now = 1_000_000_000_000
  const listeners = new DynamoListeners({ table: new MemoryTable(), clock: { now: () => now } })
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
