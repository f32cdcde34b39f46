import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { NUMBER_MAX, NUMBER_MIN } from './document.ts'
import { type Conversion, conversionOf, convert } from './units.ts'

test.each<[string, Conversion]>([
  ['g', { factor: 1, offset: 0, unit: 'g' }],
  ['mg', { factor: 0.001, offset: 0, unit: 'g' }],
  ['kg/m2', { factor: 1000, offset: 0, unit: 'g.m-2' }],
  ['{score}', { factor: 1, offset: 0, unit: '1' }],
  ['%', { factor: 0.01, offset: 0, unit: '1' }],
])('%s is converted', (code, conversion) => {
  expect(conversionOf(code)).toEqual(conversion)
})

test('degrees of both kinds meet', () => {
  const pairs = [98.6, 212, -40, 101.3].map(degrees => [
    convert(degrees, conversion('[degF]')),
    convert(Number((((degrees - 32) * 5) / 9).toPrecision(12)), conversion('Cel')),
  ])
  for (const [fahrenheit, celsius] of pairs) expect(fahrenheit).toBe(celsius)
})

test.each(['', 'bogus', 'mEq', '[iU]', 'm[iU]/mL', '[pH]', 'dB', '((((', 'g/', 'x'.repeat(1000)])(
  "'%s' stays as it is",
  code => {
    expect(conversionOf(code)).toBeUndefined()
  },
)

test('what is no unit is not written to the console', () => {
  const log = vi.spyOn(console, 'log')
  expect(conversionOf('(m)(m)'.repeat(16))).toBeUndefined()
  expect(log).not.toHaveBeenCalled()
  log.mockRestore()
})

const conversion = (code: string): Conversion => {
  const found = conversionOf(code)
  if (!found) throw new Error(`${code} is a unit`)
  return found
}

test('any text is either a unit or none', () => {
  const letters = fc.constantFrom(...'gmlKs/.()[]{}^*-+0123456789%')
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 12 }), characters => {
      const found = conversionOf(characters.join(''))
      expect(found === undefined || (found.factor > 0 && Number.isFinite(found.offset))).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

/** Decimals of up to eleven digits, written in one unit and in another. */
test('the same amount in units that are powers of ten apart is the same number', () => {
  const units = fc.constantFrom<[string, number]>(['kg', 3], ['g', 0], ['mg', -3], ['ug', -6], ['ng', -9], ['pg', -12])
  const digits = fc.bigInt({ min: -99_999_999_999n, max: 99_999_999_999n })
  fc.assert(
    fc.property(
      digits,
      fc.integer({ min: -6, max: 3 }),
      units,
      units,
      (number, exponent, [one, its], [other, others]) => {
        const written = Number(`${number}e${exponent}`)
        const otherwise = Number(`${number}e${exponent + its - others}`)
        expect(convert(written, conversion(one))).toBe(convert(otherwise, conversion(other)))
      },
    ),
    { numRuns: 5000 },
  )
})

test('greater stays greater or becomes equal, open stays open, and what no double holds is none', () => {
  const degrees = conversion('[degF]')
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      fc.double({ noNaN: true, min: 0, max: 1e6 }),
      (least, more) => {
        expect(convert(least + more, degrees)).toBeGreaterThanOrEqual(convert(least, degrees) ?? Number.NaN)
      },
    ),
  )
  expect([NUMBER_MIN, NUMBER_MAX].map(end => convert(end, degrees))).toEqual([NUMBER_MIN, NUMBER_MAX])
  expect(convert(1e300, conversion('mol'))).toBeUndefined()
})
