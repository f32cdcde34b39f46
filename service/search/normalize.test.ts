import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalizeString } from './normalize.ts'

test.each([
  ['Smith', 'smith'],
  ['  van   der\tBerg \n', 'van der berg'],
  ['José Gutiérrez', 'jose gutierrez'],
  ['ÅNGSTRÖM', 'angstrom'],
  ['İstanbul', 'istanbul'],
  ['Straße', 'strasse'],
  ['STRASSE', 'strasse'],
  ['ŁÓDŹ', 'lodz'],
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
  ['ﬁne', 'fine'],
  ["O'Neil-100%", 'oneil100'],
  ['D’Angelo – «Señor»', 'dangelo senor'],
  ['Glucose [Mass/volume] in Blood', 'glucose massvolume in blood'],
  ['a < b + c', 'a < b + c'],
  ['a - b', 'a b'],
  ['---', ''],
  ['東京', '東京'],
  ['\u0301', ''],
])('%j is compared as %j', (text, normalized) => {
  expect(normalizeString(text)).toBe(normalized)
})

test('no character changes when it is normalized again', () => {
  const unstable: number[] = []
  for (let point = 0; point < 0x30000; point++) {
    const once = normalizeString(`a${String.fromCodePoint(point)}b`)
    if (normalizeString(once) !== once) unstable.push(point)
  }
  expect(unstable).toEqual([])
})

test('no text changes when it is normalized again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const once = normalizeString(text)
      return normalizeString(once) === once
    }),
  )
})
