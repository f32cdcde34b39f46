import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import type { VersionRow } from '../version-row.ts'
import { FoundHit } from './found-hit.ts'

const [one, two] = [tenantOf('one'), tenantOf('two')]
const row: VersionRow = [3, 0, 1, 0, '', '', '{}']

test('a hit has its version for the tenant that searched, until something else reaches the thread', async () => {
  await Promise.resolve()
  const hit = new FoundHit(one, 'Patient', '1', row)
  await Promise.resolve()
  expect(hit).toEqual({ type: 'Patient', id: '1', versionId: 3 })
  expect(FoundHit.rowOf(one, hit)).toBe(row)
  expect(FoundHit.rowOf(two, hit)).toBe(undefined)
  expect(FoundHit.rowOf(one, { ...hit })).toBe(undefined)
  await setImmediate()
  expect(FoundHit.rowOf(one, hit)).toBe(undefined)
})
