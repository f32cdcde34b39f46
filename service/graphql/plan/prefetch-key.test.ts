import { expect, it } from 'vitest'
import { parseJson } from '../../resource/json.ts'
import { prefetchKey } from './prefetch-key.ts'

it('is the field with the arguments that have a value, by name', () => {
  expect(prefetchKey('resource', [])).toBe('resource()')
  expect(prefetchKey('resource', [['type', null]])).toBe('resource()')
  expect(
    prefetchKey('ConditionList', [
      ['_reference', 'patient'],
      ['_count', 5],
    ]),
  ).toBe('ConditionList({"_count":["5"],"_reference":["patient"]})')
})

it('is the same however a value is given', () => {
  const keys = ['1.50', parseJson('1.50'), ['1.50'], ['1.50', null]].map(value => prefetchKey('a', [['b', value]]))
  expect(new Set(keys)).toEqual(new Set(['a({"b":["1.50"]})']))
})

it('differs where the arguments do', () => {
  const keys = [[], ['a'], ['b'], ['a', 'b'], ['a,b'], true, 'false', '"'].map(value =>
    prefetchKey('f', [['x', value]]),
  )
  expect(new Set(keys).size).toBe(keys.length)
})
