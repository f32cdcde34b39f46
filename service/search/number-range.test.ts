import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNumberRange } from './number-range.ts'

test.each([
  ['100', 100, 99.5, 100.5],
  ['100.00', 100, 99.995, 100.005],
  ['1e2', 100, 95, 105],
  ['1.0e2', 100, 95, 105],
  ['1.00E+2', 100, 99.5, 100.5],
  ['5.40', 5.4, 5.395, 5.405],
  ['0', 0, -0.5, 0.5],
  ['-0', 0, -0.5, 0.5],
  ['-1.5', -1.5, -1.55, -1.45],
  ['+7', 7, 6.5, 7.5],
  ['0.1', 0.1, 0.05, 0.15],
  ['1e-3', 0.001, 0.00095, 0.00105],
  ['007', 7, 6.5, 7.5],
])('%s is %d within [%d, %d)', (text, value, low, high) => {
  expect(parseNumberRange(text)).toStrictEqual({ value, low, high })
})

test.each([
  '',
  ' 1',
  '1 ',
  '1.',
  '.5',
  '1,5',
  'e2',
  '1e',
  '0x10',
  'NaN',
  'Infinity',
  '1e400',
  '1e99999',
  '--1',
  '1'.repeat(61),
])('%j is no number', text => {
  expect(parseNumberRange(text)).toBeUndefined()
})

test('a value lies in its range, which a digit more makes narrower', () => {
  const decimal = fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.stringMatching(/^[0-9]{1,6}$/))
  fc.assert(
    fc.property(decimal, ([whole, fraction]) => {
      const range = parseNumberRange(`${whole}.${fraction}`)
      const finer = parseNumberRange(`${whole}.${fraction}0`)
      if (!range || !finer) throw new Error('a decimal was refused')
      expect(range.low < range.value && range.value < range.high).toBe(true)
      expect(range.low < finer.low && finer.high < range.high && finer.value === range.value).toBe(true)
    }),
  )
})
