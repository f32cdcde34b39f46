import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitUnescaped, unescapeValue } from './escapes.ts'

test.each([
  ['a,b', ['a', 'b']],
  ['a\\,b', ['a\\,b']],
  ['a\\\\,b', ['a\\\\', 'b']],
  [',', ['', '']],
  ['', ['']],
  ['a\\', ['a\\']],
  ['\\,,\\|', ['\\,', '\\|']],
])('%j has the values %j', (text, pieces) => {
  expect(splitUnescaped(text, ',')).toEqual(pieces)
})

test.each([
  ['a\\,b\\|c\\$d\\\\e', 'a,b|c$d\\e'],
  ['a\\b', 'a\\b'],
  ['a\\', 'a\\'],
])('%j stands for %j', (text, value) => {
  expect(unescapeValue(text)).toBe(value)
})

test('whatever was escaped comes back', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', ',', '|', '$', '\\', 'é') })
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1 }), pieces => {
      const text = pieces.map(one => one.replace(/[,|$\\]/g, '\\$&')).join(',')
      expect(splitUnescaped(text, ',').map(unescapeValue)).toEqual(pieces)
    }),
  )
})
