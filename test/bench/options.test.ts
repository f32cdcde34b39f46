import { expect, test } from 'vitest'
import { type BenchOptions, parseBenchOptions } from './options.ts'

const NAMES = ['read', 'search-forms']

const DEFAULTS: BenchOptions = {
  only: [],
  seconds: 10,
  data: undefined,
  loadBytesMax: 100e6,
  growth: [1000, 10_000, 100_000],
  documents: [10_000, 100_000],
  engines: false,
  bundles: [100, 1000, 3000, 12_000],
  versions: 10_000,
}

const parse = (...argv: string[]) => parseBenchOptions(argv, NAMES)

test('has defaults for everything', () => {
  expect(parse()).toEqual(DEFAULTS)
})

test('takes what is given', () => {
  const given = '--only search-forms,read --seconds 0.5 --data here --load-mb 2 --growth 1,2 --documents 1000000'
  expect(parse(...given.split(' '), '--engines', '--bundles=7', '--versions=50')).toEqual({
    only: ['search-forms', 'read'],
    seconds: 0.5,
    data: 'here',
    loadBytesMax: 2e6,
    growth: [1, 2],
    documents: [1_000_000],
    engines: true,
    bundles: [7],
    versions: 50,
  })
})

test.each([
  [['--only', 'read,write'], "--only takes names out of read, search-forms, not 'write'"],
  [['--seconds', 'ten'], "--seconds takes a positive number, not 'ten'"],
  [['--load-mb', '0'], "--load-mb takes a positive number, not '0'"],
  [['--versions=-1'], "--versions takes a positive whole number, not '-1'"],
  [['--versions', '1.5'], "--versions takes a positive whole number, not '1.5'"],
  [['--growth', '10,10'], "--growth takes whole numbers that grow, such as 1000,100000, not '10,10'"],
  [['--documents', ''], "--documents takes whole numbers that grow, such as 1000,100000, not ''"],
  [['--bundles', '1,x'], "--bundles takes whole numbers that grow, such as 1000,100000, not '1,x'"],
])('%j: says what is wrong', (argv, sentence) => {
  expect(parse(...argv)).toBe(sentence)
})

test('refuses options that there are not', () => {
  expect(parse('--only-read')).toContain("Unknown option '--only-read'")
})
