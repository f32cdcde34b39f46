import { expect, it } from 'vitest'
import { createTextCache } from './document-cache.ts'

it('makes what it does not have, and drops what was not used for the longest time', () => {
  const made: string[] = []
  const cache = createTextCache<string>(2, 3)
  const get = (text: string) =>
    cache.get(text, of => {
      made.push(of)
      return of.toUpperCase()
    })
  expect(['a', 'b', 'a', 'c', 'a', 'b', 'long', 'long'].map(get)).toEqual([
    'A',
    'B',
    'A',
    'C',
    'A',
    'B',
    'LONG',
    'LONG',
  ])
  expect(made).toEqual(['a', 'b', 'c', 'b', 'long', 'long'])
})

it('keeps nothing of what failed', () => {
  const cache = createTextCache<string>(2, 3)
  const fail = () => {
    throw new Error('no')
  }
  expect(() => cache.get('a', fail)).toThrow('no')
  expect(cache.get('a', () => 'now')).toBe('now')
})
