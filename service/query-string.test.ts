import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fault } from './fault.ts'
import { formatQueryString, parseQueryString } from './query-string.ts'

test.each([
  ['', []],
  ['&&', []],
  ['a', [['a', '']]],
  ['a=', [['a', '']]],
  ['=b', [['', 'b']]],
  ['a=b=c', [['a', 'b=c']]],
  [
    'name:exact=a+b&name:exact=c%20d%2B',
    [
      ['name:exact', 'a b'],
      ['name:exact', 'c d+'],
    ],
  ],
  ['identifier=http://x.example|1%7C2', [['identifier', 'http://x.example|1|2']]],
  ['a=%C3%A9', [['a', 'é']]],
])("'%s' is read", (text, expected) => {
  expect(parseQueryString(text)).toEqual(expected)
})

test.each(['a=%', 'a=%zz', '%E9=1', 'b=1&a=%C3'])("'%s' is refused with the piece that is wrong", text => {
  const piece = text.split('&').at(-1)
  try {
    parseQueryString(text)
    expect.unreachable()
  } catch (error) {
    expect(Fault.is(error) && [error.category, error.message]).toEqual([
      'invalid',
      `The query has a malformed percent escape in '${piece}'`,
    ])
  }
})

test('what is written is readable where a URL may be', () => {
  expect(
    formatQueryString([
      ['_sort', '-date,code'],
      ['subject:Patient.name', 'a b|c+&'],
    ]),
  ).toBe('_sort=-date,code&subject:Patient.name=a%20b%7Cc%2B%26')
})

test('reading is the inverse of writing', () => {
  const wellFormed = fc.string({ unit: 'grapheme' })
  const anyPairs = fc.array(fc.tuple(wellFormed, wellFormed)).filter(pairs => pairs.every(([name]) => name !== ''))
  fc.assert(
    fc.property(anyPairs, pairs => {
      expect(parseQueryString(formatQueryString(pairs))).toEqual(pairs)
    }),
  )
})

test.each(['name=\ud800', '\udc00=x'])('half a character is refused, since no link could repeat it: %j', text => {
  expect(() => parseQueryString(text)).toThrow(
    expect.objectContaining({ category: 'invalid', message: 'The query has half a surrogate pair in it' }),
  )
})
