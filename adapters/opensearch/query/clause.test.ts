import { expect, test } from 'vitest'
import { ALL, allOf, anyOf, NONE, nested, not, prefix, range, term, terms } from './clause.ts'

const a = term('token', 'a')
const b = term('token', 'b')
const c = prefix('string', 'c')

test('a conjunction leaves out what says nothing, and is flat', () => {
  expect(allOf([])).toBe(ALL)
  expect(allOf([ALL, a])).toBe(a)
  expect(allOf([a, NONE])).toBe(NONE)
  expect(allOf([a, allOf([b, c])])).toEqual({ bool: { filter: [a, b, c] } })
  expect(allOf([a, not(b)])).toEqual({ bool: { filter: [a, { bool: { must_not: [b] } }] } })
})

test('a disjunction has one clause for the values of a field', () => {
  expect(anyOf([])).toBe(NONE)
  expect(anyOf([a, ALL])).toBe(ALL)
  expect(anyOf([a, NONE])).toEqual(a)
  expect(anyOf([a, c, terms('token', ['b', 'a']), term('uri', 'u')])).toEqual({
    bool: { should: [c, { terms: { token: ['a', 'b'] } }, { term: { uri: 'u' } }] },
  })
})

test('a disjunction goes through objects of one kind once', () => {
  const low = range('date.low', { gte: 1 })
  const high = range('date.high', { lt: 2 })
  expect(anyOf([nested('date', low), nested('date', high), nested('amount', range('amount.low', { gt: 3 }))])).toEqual({
    bool: {
      should: [
        nested('date', { bool: { should: [low, high] } }),
        { nested: { path: 'amount', query: { range: { 'amount.low': { gt: 3 } } }, score_mode: 'none' } },
      ],
    },
  })
})

test('negation of nothing is everything', () => {
  expect([not(ALL), not(NONE), not(a)]).toEqual([NONE, ALL, { bool: { must_not: [a] } }])
})

test('more values than the engine takes in one clause are several', () => {
  const values = Array.from({ length: 60_001 }, (_, index) => String(index))
  expect(terms('id', [])).toBe(NONE)
  expect(terms('id', ['1'])).toEqual({ term: { id: '1' } })
  expect(terms('id', values)).toEqual({
    bool: { should: [{ terms: { id: values.slice(0, 60_000) } }, { terms: { id: ['60000'] } }] },
  })
})
