import { expect, test } from 'vitest'
import { RecentReferences } from './recent-references.ts'

test('tells whether something was referred to behind a place', () => {
  const recent = new RecentReferences()
  recent.note('t', 'Patient', '1', 5)
  recent.note('t', 'Patient', '1', 7)
  expect([5, 6, 7, 8].map(seq => recent.since('t', 'Patient', '1', seq))).toEqual([true, true, false, false])
  expect(recent.since('other', 'Patient', '1', 5)).toBe(false)
  expect(recent.since('t', 'Device', '1', 5)).toBe(false)
})

test('what it has forgotten may have been referred to', () => {
  const recent = new RecentReferences(2)
  recent.note('t', 'Patient', 'a', 1)
  recent.note('t', 'Patient', 'b', 2)
  recent.note('t', 'Patient', 'a', 3)
  recent.note('t', 'Patient', 'c', 4)
  const since = (id: string, seq: number) => recent.since('t', 'Patient', id, seq)
  expect([since('b', 1), since('b', 2), since('never', 1), since('never', 2)]).toEqual([true, false, true, false])
  expect([since('a', 2), since('a', 3), since('c', 3)]).toEqual([true, false, true])
})
