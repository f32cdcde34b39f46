import { expect, test } from 'vitest'
import { memoryObjects } from '#test/support/memory-objects.ts'
import { silentLogger } from '#test/support/test-call.ts'
import { testDefinitions, testWorld } from '#test/support/test-world.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { ObjectSweepState } from '../ports/object-sweeps.ts'
import { continueObjectSweep, sweepUnnamedObjects } from './unnamed-objects.ts'

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

test('a look that takes longer than a run goes on in the next, and the next look begins where it may', async () => {
  const kept = memoryObjects()
  const { ports, call } = testWorld()
  const put = (key: string) => kept.put(call.tenant, key, LARGE, { contentType: 'text/plain', deadline: call.deadline })
  let now = Date.now() + 2 * DAY_MS
  /** An object a page, and a minute a page. */
  const objects: ObjectStore = {
    ...kept,
    async list(word, after, deadline) {
      now += 60_000
      const all = (await kept.list(word, undefined, deadline)).objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))
      const [first, ...more] = all.filter(({ key }) => after === undefined || key > after)
      return { objects: first ? [first] : [], next: more.length > 0 ? first?.key : undefined }
    },
  }
  const states: ObjectSweepState[] = []
  const sweeps = { read: async () => states.at(-1), write: async (state: ObjectSweepState) => void states.push(state) }
  const parts = { sweeps, store: ports.store, objects, definitions: testDefinitions, logger: silentLogger }
  const run = (begins: boolean) =>
    continueObjectSweep({ ...parts, clock: { now: () => now } }, { begins, deadline: now + 3 * 60_000 })
  const began = now
  for (const id of ['1', '2', '3', '4', '5']) await put(`binary/${id}/lost`)
  expect(await run(false)).toBe(undefined)
  expect([await run(true), await run(false), await run(false), await run(false)]).toEqual([2, 2, 1, undefined])
  expect(states).toEqual([
    { began, keptSince: 0, after: 'binary/2/lost' },
    { began, keptSince: 0, after: 'binary/4/lost' },
    { began, keptSince: 0, after: undefined },
  ])
  expect(kept.keys()).toEqual([])
  await run(true)
  expect(states.at(-1)).toEqual({ began: began + 5 * 60_000, keptSince: began - DAY_MS, after: undefined })
})
