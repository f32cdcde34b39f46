import { expect, test } from 'vitest'
import { memoize } from './memoize.ts'

test('works once for each text, and forgets all when it knows too many', () => {
  const worked: string[] = []
  const shout = memoize(text => {
    worked.push(text)
    return text.toUpperCase()
  }, 2)
  expect(['a', 'a', 'b', 'a', 'c', 'a'].map(shout)).toEqual(['A', 'A', 'B', 'A', 'C', 'A'])
  expect(worked).toEqual(['a', 'b', 'c', 'a'])
})
