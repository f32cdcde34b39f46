import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { addressOf, changedSort, isVersionNumber, shardOf, timeSort, versionKey, versionSort } from './keys.ts'

const id = fc.stringMatching(/^[A-Za-z0-9.-]{1,64}$/)
const versionId = fc.integer({ min: 1, max: 10 ** 10 - 1 })
const time = fc.integer({ min: 0, max: 8.64e15 })

const order = (left: number | string, right: number | string): number => (left < right ? -1 : Number(left > right))

test('a version is found again from its key', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), id, versionId, (tenant, resourceId, version) => {
      const key = versionKey(tenantOf(tenant), { type: 'Patient', id: resourceId }, version)
      expect(addressOf(key)).toEqual({ tenant, type: 'Patient', id: resourceId, versionId: version })
    }),
  )
})

test('texts are in the order of the numbers in them', () => {
  fc.assert(
    fc.property(versionId, versionId, time, time, id, (one, other, early, late, resourceId) => {
      expect(order(versionSort(one), versionSort(other))).toBe(order(one, other))
      expect(order(timeSort(early), timeSort(late))).toBe(order(early, late))
      const [left, right] = [changedSort(early, resourceId, one), changedSort(late, resourceId, one)]
      expect(order(left, right)).toBe(order(early, late))
    }),
  )
})

test('only whole numbers from 1 on are versions', () => {
  expect([0, -1, 1.5, Number.NaN, 10 ** 10].map(isVersionNumber)).toEqual([false, false, false, false, false])
  expect([1, 10 ** 10 - 1].map(isVersionNumber)).toEqual([true, true])
})

test('shards take about the same each', () => {
  const counts = [0, 0, 0, 0]
  for (let number = 0; number < 8000; number++) {
    const shard = shardOf(`01890a5d-ac96-774b-bcce-${number.toString(16).padStart(12, '0')}`, 4)
    counts[shard] = (counts[shard] ?? 0) + 1
  }
  expect(counts.every(count => count > 1700 && count < 2300)).toBe(true)
})
