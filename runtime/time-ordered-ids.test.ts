import { expect, test } from 'vitest'
import { createIds } from './time-ordered-ids.ts'

test('resource ids are UUIDs of version 7 that begin with the time', () => {
  const ids = createIds({ now: () => 0x0188_0123_4567 })
  for (let count = 0; count < 1000; count++)
    expect(ids.resourceId()).toMatch(/^01880123-4567-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('ids of a later time are greater', () => {
  let now = 1_700_000_000_000
  const ids = createIds({ now: () => now++ })
  const made = Array.from({ length: 100 }, () => ids.resourceId())
  expect(made.toSorted()).toEqual(made)
})

test('none comes twice, and a nonce is 128 bits for a URL', () => {
  const ids = createIds({ now: () => 0 })
  const made = Array.from({ length: 5000 }, () => ids.resourceId())
  const nonces = Array.from({ length: 5000 }, () => ids.nonce())
  expect(new Set([...made, ...nonces]).size).toBe(10_000)
  expect(nonces.filter(nonce => !/^[A-Za-z0-9_-]{22}$/.test(nonce))).toEqual([])
})
