import { expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { SortKey } from '#service/search/ast.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { parameterKey } from '../document/parameter-key.ts'
import { sortColumn } from '../document/sort-text.ts'
import { positionOf, searchAfter, sortTerms } from './sort-terms.ts'

const by = (code: string, descending = false, type = 'Observation'): SortKey => ({
  parameter: searchParameter(type, code),
  descending,
})

const nested = (path: string, code: string, order: object) => ({
  ...order,
  missing: '_last',
  nested: { path, filter: { term: { [`${path}.key`]: parameterKey(searchParameter('Observation', code)) } } },
})

test('each key is a value of its parameter, the id is the last', () => {
  const keys = [by('date'), by('value-quantity', true), by('code'), by('_lastUpdated', true), by('_id')]
  expect(sortTerms('Observation', keys).map(({ clause }) => clause)).toEqual([
    { 'date.low.sort': nested('date', 'date', { order: 'asc', mode: 'min' }) },
    { 'amount.high.sort': nested('amount', 'value-quantity', { order: 'desc', mode: 'max' }) },
    {
      [`sort.${sortColumn(parameterKey(searchParameter('Observation', 'code')))}`]: nested('sort', 'code', {
        order: 'asc',
        mode: 'min',
      }),
    },
    { lastUpdated: 'desc' },
    { id: 'asc' },
    { id: 'asc' },
  ])
})

test('backwards the whole order is turned around, and values stay what they are', () => {
  const keys = [by('date'), by('value-quantity', true), by('_lastUpdated', true)]
  const first = (path: string, code: string, order: object) => ({ ...nested(path, code, order), missing: '_first' })
  expect(sortTerms('Observation', keys, true).map(({ clause }) => clause)).toEqual([
    { 'date.low.sort': first('date', 'date', { order: 'desc', mode: 'min' }) },
    { 'amount.high.sort': first('amount', 'value-quantity', { order: 'asc', mode: 'max' }) },
    { lastUpdated: 'asc' },
    { id: 'desc' },
  ])
  expect(sortTerms('Observation', keys, true).map(({ missing }) => missing)).toEqual(
    sortTerms('Observation', keys).map(({ missing }) => missing),
  )
})

test('what no resource of the type has sorts nothing', () => {
  expect(sortTerms('Observation', [by('birthdate', false, 'Patient')]).map(({ clause }) => clause)).toEqual([
    { id: 'asc' },
  ])
})

test('a position has null for what is missing, and the engine its own value', () => {
  const terms = sortTerms('Observation', [
    by('date'),
    by('date', true),
    by('value-quantity'),
    by('value-quantity', true),
    by('code'),
  ])
  // 64 bits, as JSON.parse reads them.
  const missing = [2 ** 63, -(2 ** 63), 'Infinity', '-Infinity', null, 'o1']
  expect(positionOf(terms, missing)).toEqual([null, null, null, null, null, 'o1'])
  expect(searchAfter(terms, positionOf(terms, missing))).toEqual([
    '9223372036854775807',
    '-9223372036854775808',
    'Infinity',
    '-Infinity',
    null,
    'o1',
  ])
  const present = [8.64e15, -8.64e15, Number.MAX_VALUE, -(2 ** 63), 'Infinity', 'o1']
  expect(positionOf(terms, present)).toEqual(present)
  expect(searchAfter(terms, present)).toEqual(present)
})

test('a position of another engine is refused', () => {
  const terms = sortTerms('Observation', [])
  for (const position of [[17], ['a', 'b']]) {
    const refusal = (() => {
      try {
        return searchAfter(terms, position)
      } catch (error) {
        return error
      }
    })()
    expect(Fault.is(refusal) && [refusal.category, refusal.message]).toEqual([
      'invalid',
      'The page cursor is of another version of this server: start the search again.',
    ])
  }
})
