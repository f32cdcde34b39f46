import { expect, test } from 'vitest'
import { createRequestIds } from './request-ids.ts'

test('keeps an id that is one, and makes one otherwise', () => {
  const requestIdOf = createRequestIds('abc')
  const given = [undefined, 'Root=1-67891233-abcdef012345678912345678', 'two\nlines', 'x'.repeat(129), '']
  expect(given.map(requestIdOf)).toEqual([
    'abc-1',
    'Root=1-67891233-abcdef012345678912345678',
    'abc-2',
    'abc-3',
    'abc-4',
  ])
})
