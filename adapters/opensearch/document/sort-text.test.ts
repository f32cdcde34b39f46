import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareText } from '#service/search/compare-text.ts'
import type { IndexValue } from '#service/search/document.ts'
import { sortKeyOf } from '#service/search/sort.ts'
import { isBefore, sortTextOf } from './sort-text.ts'

test('is what the service sorts by', () => {
  const values: readonly IndexValue[] = [
    { kind: 'string', value: 'Ann', normalized: 'ann' },
    { kind: 'token', system: 's', code: 'c' },
    { kind: 'reference', type: 'Patient', id: '1', url: undefined, version: '2' },
    { kind: 'reference', type: undefined, id: undefined, url: 'http://a', version: undefined },
    { kind: 'uri', value: 'http://a' },
  ]
  expect(values.map(sortTextOf)).toEqual(values.map(value => sortKeyOf(value, false)))
  expect(sortTextOf({ kind: 'date', low: 1, high: 2 })).toBeUndefined()
})

test('is cut at 256 characters, and between pairs of surrogates', () => {
  expect(sortTextOf({ kind: 'uri', value: 'x'.repeat(300) })).toBe('x'.repeat(256))
  expect(sortTextOf({ kind: 'uri', value: `${'x'.repeat(255)}😀` })).toBe(`${'x'.repeat(255)}\ufffd`)
})

test('is compared as the service compares text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\ufffd', '😀', '\ue000', '\u{10ffff}'), maxLength: 4 })
  fc.assert(fc.property(text, text, (left, right) => isBefore(left, right) === compareText(left, right) < 0))
})
