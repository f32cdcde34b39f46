import { expect, test } from 'vitest'
import { memoryObjects } from '#test/support/memory-objects.ts'
import { silentLogger } from '#test/support/test-call.ts'
import { testDefinitions, testWorld } from '#test/support/test-world.ts'
import { sweepUnnamedObjects } from './unnamed-objects.ts'

const LARGE = new Uint8Array(20_000)
const DAY_MS = 24 * 60 * 60 * 1000

test('what no version names is taken away after a day, and nothing else', async () => {
  const objects = memoryObjects()
  const { ports, service, call } = testWorld({ wrap: each => ({ ...each, objects }) })
  for (const _version of [1, 2]) await service.writeBinary(call, { id: 'a', contentType: 'text/plain', bytes: LARGE })
  await service.delete(call, { type: 'Binary', id: 'a' })
  const named = objects.keys()
  const options = { contentType: 'text/plain', deadline: call.deadline }
  for (const key of ['binary/a/lost', 'binary/gone/lost', 'jobs/1']) await objects.put(call.tenant, key, LARGE, options)
  const sweepAt = (now: number, keptSince?: number) =>
    sweepUnnamedObjects(
      { store: ports.store, objects, definitions: testDefinitions, clock: { now: () => now }, logger: silentLogger },
      { deadline: call.deadline, ...(keptSince !== undefined && { keptSince }) },
    )
  expect(await sweepAt(Date.now() + DAY_MS / 2)).toBe(0)
  expect(await sweepAt(Date.now() + 2 * DAY_MS, Date.now() + DAY_MS)).toBe(0)
  expect(await sweepAt(Date.now() + 2 * DAY_MS)).toBe(2)
  expect([...objects.keys()].sort()).toEqual([...named, `${call.tenant} jobs/1`].sort())
})
