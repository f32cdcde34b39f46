import { expect, test } from 'vitest'
import { Estimates } from './estimates.ts'

test('a list is counted again only where more has to be known of it', () => {
  const estimates = new Estimates()
  const counted: number[] = []
  const rows = (name: string, bound: number, length: number) =>
    estimates.rows(name, bound, () => {
      counted.push(bound)
      return Math.min(length, bound)
    })
  expect(rows('short', 100, 7)).toBe(7)
  expect(rows('short', 2_000, 7)).toBe(7)
  expect(rows('short', 3, 7)).toBe(3)
  expect(counted).toEqual([100])
  expect(rows('long', 100, 500)).toBe(100)
  expect(rows('long', 50, 500)).toBe(50)
  expect(rows('long', 2_000, 500)).toBe(500)
  expect(counted).toEqual([100, 100, 2_000])
})
