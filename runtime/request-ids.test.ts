import { expect, test } from 'vitest'
import { createRequestIds, givenRequestId } from './request-ids.ts'

test.each([
  ['Root=1-67891233-abcdef012345678912345678', 'Root=1-67891233-abcdef012345678912345678'],
  ['two\nlines', undefined],
  ['x'.repeat(129), undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is taken as %j', (given, taken) => {
  expect(givenRequestId(given)).toBe(taken)
})

test('ids that are made begin with the prefix and differ', () => {
  const make = createRequestIds('abc')
  expect([make(), make()]).toEqual(['abc-1', 'abc-2'])
})
