import { expect, test } from 'vitest'
import { parseDataOptions } from './options.ts'

test('has a default for everything', () => {
  expect(parseDataOptions([])).toEqual({
    patients: 50,
    seed: 7,
    years: 10,
    state: 'Massachusetts',
    ages: undefined,
    day: '20250101',
    out: undefined,
  })
})

test('takes everything', () => {
  const argv = '--patients 3 --seed 0 --years 0 --state Alaska --ages 3-40 --day 20240229 --out x'.split(' ')
  expect(parseDataOptions(argv)).toEqual({
    ...{ patients: 3, seed: 0, years: 0, state: 'Alaska', ages: '3-40', day: '20240229', out: 'x' },
  })
})

test.each([
  [['--patients', '0'], "--patients takes a whole number of at least 1, not '0'"],
  [['--seed', '1.5'], "--seed takes a whole number of at least 0, not '1.5'"],
  [['--day', '2025-01-01'], "--day takes YYYYMMDD, not '2025-01-01'"],
  [['--ages', 'old'], "--ages takes two ages such as 0-17, not 'old'"],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused', (argv, sentence) => {
  expect(parseDataOptions(argv)).toContain(sentence)
})
