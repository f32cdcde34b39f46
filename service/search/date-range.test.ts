import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDateRange } from './date-range.ts'

const at = (text: string): number => Date.parse(text)

test.each([
  ['2013', '2013-01-01T00:00:00Z', '2014-01-01T00:00:00Z'],
  ['2012-02', '2012-02-01T00:00:00Z', '2012-03-01T00:00:00Z'],
  ['2013-12', '2013-12-01T00:00:00Z', '2014-01-01T00:00:00Z'],
  ['2012-02-29', '2012-02-29T00:00:00Z', '2012-03-01T00:00:00Z'],
  ['2013-01-14T10:00', '2013-01-14T10:00:00Z', '2013-01-14T10:01:00Z'],
  ['2013-01-14T10:00:07', '2013-01-14T10:00:07Z', '2013-01-14T10:00:08Z'],
  ['2013-01-14T10:00:07Z', '2013-01-14T10:00:07Z', '2013-01-14T10:00:08Z'],
  ['2013-01-14T10:00:07.5Z', '2013-01-14T10:00:07.500Z', '2013-01-14T10:00:07.600Z'],
  ['2013-01-14T10:00:07.123Z', '2013-01-14T10:00:07.123Z', '2013-01-14T10:00:07.124Z'],
  ['2013-01-14T10:00:07.123456Z', '2013-01-14T10:00:07.123Z', '2013-01-14T10:00:07.124Z'],
  ['2013-01-14T23:59:60Z', '2013-01-15T00:00:00Z', '2013-01-15T00:00:01Z'],
  ['2013-01-14T00:30:00+02:00', '2013-01-13T22:30:00Z', '2013-01-13T22:30:01Z'],
  ['2013-01-14T23:30:00-05:30', '2013-01-15T05:00:00Z', '2013-01-15T05:00:01Z'],
  ['0001', '0001-01-01T00:00:00Z', '0002-01-01T00:00:00Z'],
  ['9999-12-31', '9999-12-31T00:00:00Z', '+010000-01-01T00:00:00Z'],
])('%s lasts from %s until before %s', (text, low, high) => {
  expect(parseDateRange(text)).toEqual({ kind: 'date', low: at(low), high: at(high) })
})

test.each([
  '',
  '13',
  '0000',
  '20133',
  '2013-',
  '2013-1',
  '2013-13',
  '2013-00',
  '2013-01-32',
  '2013-02-29',
  '1900-02-29',
  '2013-01-14T',
  '2013-01-14T10',
  '2013-01-14T24:00:00Z',
  '2013-01-14T10:60',
  '2013-01-14T10:00:61Z',
  '2013-01-14T10:00:00.Z',
  '2013-01-14T10:00:00ZZ',
  '2013-01-14T10:00:00+1:00',
  '2013-01-14T10:00:00+15:00',
  '2013-01-14 10:00:00',
  '２０１３',
])('%j is no date', text => {
  expect(parseDateRange(text)).toBeUndefined()
})

test('every instant that ECMAScript can print is read back', () => {
  const instant = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(instant, date => {
      const text = date.toISOString()
      const ms = date.getTime()
      expect(parseDateRange(text)).toEqual({ kind: 'date', low: ms, high: ms + 1 })
      const day = parseDateRange(text.slice(0, 10))
      expect(day).toEqual({
        kind: 'date',
        low: at(`${text.slice(0, 10)}T00:00:00Z`),
        high: (day?.low ?? 0) + 86_400_000,
      })
    }),
  )
})

test('a shorter text covers what a longer one does', () => {
  const instant = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(instant, date => {
      const text = date.toISOString()
      const ranges = [4, 7, 10, 16, 19, 21].map(length => parseDateRange(text.slice(0, length)))
      for (const [index, range] of ranges.entries()) {
        const next = ranges[index + 1]
        if (range && next) expect(range.low <= next.low && next.high <= range.high).toBe(true)
        expect(range).toBeDefined()
      }
    }),
  )
})
