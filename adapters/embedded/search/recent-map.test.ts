import { expect, test } from 'vitest'
import { RecentMap } from './recent-map.ts'

test('what was used last is kept, what was not goes', () => {
  const map = new RecentMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('c', 3)
  expect(map.get('a')).toBe(1)
  map.set('d', 4)
  expect(['a', 'b', 'c', 'd'].map(key => map.get(key))).toEqual([1, undefined, 3, 4])
  map.set('d', 5)
  expect(map.get('d')).toBe(5)
})
