import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distinctValues } from './distinct-values.ts'
import type { IndexValue } from './document.ts'

const few = fc.constantFrom('', 'a', 'b')
const some = fc.constantFrom(undefined, 'a', 'b')
const number = fc.constantFrom(0, 1, 2)
const value: fc.Arbitrary<IndexValue> = fc.oneof(
  fc.record({ kind: fc.constant('token' as const), system: few, code: few }),
  fc.record({ kind: fc.constant('string' as const), value: few, normalized: few }),
  fc.record({ kind: fc.constant('uri' as const), value: few }),
  fc.record({ kind: fc.constant('reference' as const), type: some, id: some, url: some, version: some }),
  fc.record({ kind: fc.constant('date' as const), low: number, high: number }),
  fc.record({ kind: fc.constant('number' as const), low: number, high: number }),
  fc.record({ kind: fc.constant('quantity' as const), low: number, high: number, system: few, code: few, unit: few }),
)

test('each value is kept once, in the order of first occurrence', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), values => {
      // The normalized form follows from the text, so that equal texts are equal values.
      const consistent = values.map(one => (one.kind === 'string' ? { ...one, normalized: one.value } : one))
      const texts = consistent.map(one => JSON.stringify(one, (_, part) => part ?? null))
      const expected = consistent.filter((_, index) => texts.indexOf(texts[index] ?? '') === index)
      expect(distinctValues(consistent)).toEqual(expected)
    }),
  )
})

test('nothing is copied where all differ', () => {
  const values: IndexValue[] = [
    { kind: 'uri', value: 'a' },
    { kind: 'uri', value: 'b' },
  ]
  expect(distinctValues(values)).toBe(values)
})
