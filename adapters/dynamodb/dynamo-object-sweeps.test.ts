import { expect, test } from 'vitest'
import { MemoryTable } from '#test/support/memory-table.ts'
import { DynamoObjectSweeps } from './dynamo-object-sweeps.ts'
import { SYSTEM_PACE } from './system-pace.ts'

test('a look at all objects is remembered: that it goes on, and that it has ended', async () => {
  const sweeps = new DynamoObjectSweeps(new MemoryTable(), { clock: { now: () => 0 }, pace: SYSTEM_PACE })
  expect(await sweeps.read(1)).toBe(undefined)
  for (const state of [
    { began: 5, keptSince: 3, after: 'tenant/\nbinary/1/x' },
    { began: 5, keptSince: 3, after: undefined },
  ]) {
    await sweeps.write(state, 1)
    expect(await sweeps.read(1)).toEqual(state)
  }
})
