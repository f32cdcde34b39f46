import fc from 'fast-check'
import { expect, test } from 'vitest'
import { basesOf, isBelow } from './uri-below.ts'

const uri = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':'), maxLength: 8 })

test('the bases of a URI are all that it is below', () => {
  fc.assert(
    fc.property(uri, one => {
      const beginnings = Array.from({ length: one.length + 1 }, (_, length) => one.slice(0, length))
      expect(basesOf(one).toSorted()).toEqual(beginnings.filter(base => isBelow(one, base)).toSorted())
    }),
  )
})

test('once each', () => {
  expect(basesOf('http://a.org//x')).toEqual([
    ...['http://a.org//x', 'http:', 'http:/', 'http://', 'http://a.org', 'http://a.org/', 'http://a.org//'],
  ])
})
