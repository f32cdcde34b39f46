import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from './content.ts'
import { rawNumber } from './json.ts'
import { checkElementId, PRIMITIVE_CHECKS, STRING_LENGTH_MAX } from './primitives.ts'

const check = (type: string, value: JsonValue): string | undefined => {
  const found = PRIMITIVE_CHECKS[type]
  if (found === undefined) throw new Error(`There is no check for ${type}`)
  const mistake = found(value)
  return mistake && `${mistake.code}: ${mistake.problem}`
}
const isRight = (type: string, value: JsonValue): boolean => check(type, value) === undefined

// The expressions of R4 datatypes.html#primitive, as the definitions of the types have them.
const YEAR = '([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)'
const DAY = '(0[1-9]|[1-2][0-9]|3[0-1])'
const CLOCK = String.raw`([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?`
const ZONE = String.raw`(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))`
const SPECIFIED: Readonly<Record<string, string>> = {
  code: String.raw`[^\s]+(\s[^\s]+)*`,
  date: `${YEAR}(-(0[1-9]|1[0-2])(-${DAY})?)?`,
  dateTime: `${YEAR}(-(0[1-9]|1[0-2])(-${DAY}(T${CLOCK}${ZONE})?)?)?`,
  id: String.raw`[A-Za-z0-9\-\.]{1,64}`,
  instant: `${YEAR}-(0[1-9]|1[0-2])-${DAY}T${CLOCK}${ZONE}`,
  oid: String.raw`urn:oid:[0-2](\.(0|[1-9][0-9]*))+`,
  time: CLOCK,
  uri: String.raw`\S*`,
  uuid: 'urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
}

/** What the expressions leave open: days of months, empty strings, control characters. */
function isReal(text: string): boolean {
  const [date = ''] = text.split('T')
  if (/^\d{4}-\d\d-\d\d$/.test(date)) {
    const parsed = new Date(`${date}T00:00:00Z`)
    if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date) return false
  }
  return text !== '' && [...text].every(character => character >= ' ' || '\t\n\r'.includes(character))
}

describe.each(Object.entries(SPECIFIED))('%s', (type, pattern) => {
  const specified = new RegExp(`^${pattern}$`)
  const likely = fc.stringMatching(specified)
  const nearly = fc
    .tuple(likely, fc.nat(), fc.constantFrom('', ' ', '0', '1', '9', '-', ':', '.', 'T', 'Z', 'a', '\n', '\u0001'))
    .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1))

  it('takes what its expression takes, where that is real', () => {
    fc.assert(
      fc.property(fc.oneof(likely, nearly, fc.string()), text => {
        expect(isRight(type, text)).toBe(specified.test(text) && isReal(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('wants a string that is not empty and not too long', () => {
    for (const value of [1, true, rawNumber('1.50'), {}, []])
      expect(check(type, value)).toBe('structure: must be a JSON string')
    expect(check(type, '')).toBe('value: must not be empty: leave the element out')
    expect(check(type, 'x'.repeat(STRING_LENGTH_MAX + 1))).toBe('value: must not be longer than 1048576 characters')
  })
})

describe('dates', () => {
  it('are days of the calendar', () => {
    const days = '2024-02-29 2023-02-28 2000-02-29 1999-12-31 2023-04-30 0001-01-01 9999-12-31 2023 2023-02'.split(' ')
    expect(days.filter(day => !isRight('date', day))).toEqual([])
    const none = '2023-02-29 1900-02-29 2024-02-30 2023-04-31 2023-06-31 2023-09-31 2023-11-31'.split(' ')
    expect(none.map(day => check('date', day))).toEqual(none.map(() => 'value: is not a day of the calendar'))
    expect(check('dateTime', '2023-02-29T10:00:00Z')).toBe('value: is not a day of the calendar')
    expect(check('instant', '2023-02-29T10:00:00Z')).toBe('value: is not a day of the calendar')
    expect(check('date', '0000-01-01')).toBe('value: has the year 0000, which does not exist')
  })

  it('have a time zone where they have a time', () => {
    const times = '2023-01-01T10:00:00Z 2023-01-01T23:59:60.123456789+14:00 2023-01-01T00:00:00-13:59'.split(' ')
    expect(times.filter(time => !isRight('dateTime', time) || !isRight('instant', time))).toEqual([])
    const none =
      '2023-01-01T10:00:00 2023-01-01T10:00Z 2023-01-01T24:00:00Z 2023-01-01T10:00:00+14:30 2023-1-1 20230101 2023-01-01Z'
    expect(none.split(' ').filter(time => isRight('dateTime', time) || isRight('instant', time))).toEqual([])
    expect(['2023', '2023-01', '2023-01-01'].map(date => check('instant', date))).toEqual(
      Array(3).fill('value: must be an instant: YYYY-MM-DDThh:mm:ss.sss+zz:zz with seconds and time zone'),
    )
    expect(['2023', '2023-01', '2023-01-01'].map(date => check('dateTime', date))).toEqual(Array(3).fill(undefined))
  })
})

describe('numbers', () => {
  it('are integers in their ranges, without fraction and exponent', () => {
    const ranges: [string, number, number][] = [
      ['integer', -2_147_483_648, 2_147_483_647],
      ['unsignedInt', 0, 2_147_483_647],
      ['positiveInt', 1, 2_147_483_647],
    ]
    for (const [type, least, most] of ranges) {
      const wrong = `value: must be an integer from ${least} to ${most}`
      expect([least, most, 7].map(value => check(type, value))).toEqual([undefined, undefined, undefined])
      const outside = [least - 1, most + 1, 1.5, rawNumber('1.0'), rawNumber('1e3'), rawNumber('12345678901234567890')]
      expect(outside.map(value => check(type, value))).toEqual(outside.map(() => wrong))
      expect(['1', true, null].map(value => check(type, value))).toEqual(
        Array(3).fill('structure: must be a JSON number'),
      )
    }
  })

  it('are decimals of any precision, but not beyond the range of doubles', () => {
    const decimals = [0, -1.5, 1e21, rawNumber('1.50'), rawNumber('1E-30'), rawNumber('0.1234567890123456789')]
    expect(decimals.map(value => check('decimal', value))).toEqual(decimals.map(() => undefined))
    expect(check('decimal', rawNumber('1e400'))).toBe('value: is beyond the range of numbers')
    expect(check('decimal', '1.5')).toBe('structure: must be a JSON number')
  })
})

describe('other types', () => {
  it('boolean', () => {
    expect([true, false].map(value => check('boolean', value))).toEqual([undefined, undefined])
    expect(['true', 1, 0].map(value => check('boolean', value))).toEqual(
      Array(3).fill('structure: must be the JSON value true or false'),
    )
  })

  it('string and markdown hold no control characters, and what is only white space is a SHOULD', () => {
    for (const type of ['string', 'markdown']) {
      const right = ['é', 'a\tb\r\nc', ' ', '👍', '\u007f', 'x'.repeat(STRING_LENGTH_MAX)]
      expect(right.filter(value => !isRight(type, value))).toEqual([])
      for (const value of ['\u0000', 'a\u0008b', '\u001f'])
        expect(check(type, value)).toBe('value: must not hold control characters')
      for (const value of ['\ud83d', 'a\udc4db', '\udc4d\ud83d'])
        expect(check(type, value)).toBe('value: must not hold half a surrogate pair')
    }
  })

  it('base64Binary is in groups of four, white space anywhere, and of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.array(fc.nat(100)), (bytes, places) => {
        const encoded = Buffer.from(bytes).toString('base64')
        const broken = places.reduce((text, at) => `${text.slice(0, at)} \n${text.slice(at)}`, encoded)
        expect([encoded, broken].map(text => check('base64Binary', text))).toEqual([undefined, undefined])
        expect(isRight('base64Binary', encoded.slice(1))).toBe(false)
      }),
    )
    const wrong = ['a', 'ab', 'abc', 'a===', 'ab=c', 'abc=d', 'ab==abcd', 'ab=', '====', ' ', 'ab_-', 'abcd=']
    expect(wrong.filter(value => isRight('base64Binary', value))).toEqual([])
    expect(check('base64Binary', 'ab')).toBe(
      'value: must be base64: groups of four letters, digits, + and /, filled up with =',
    )
    expect(isRight('base64Binary', 'abcd'.repeat(STRING_LENGTH_MAX))).toBe(true)
  })

  it('ids of elements hold no white space', () => {
    expect(checkElementId('a/b_c')).toBeUndefined()
    expect(checkElementId('a b')).toEqual({ code: 'value', problem: 'must be an id of an element: no white space' })
  })
})
