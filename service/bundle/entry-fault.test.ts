import { expect, test } from 'vitest'
import { Fault, fault } from '../fault.ts'
import { atEntry, faultCollector } from './entry-fault.ts'

test.each([
  [['Patient.name[0].given'], undefined, ['Bundle.entry[3].resource.name[0].given']],
  [['Patient'], undefined, ['Bundle.entry[3].resource']],
  [['Patient.a', 'Patient.b'], undefined, ['Bundle.entry[3].resource.a', 'Bundle.entry[3].resource.b']],
  [['Bundle.entry[1].fullUrl'], 'request.url', ['Bundle.entry[1].fullUrl']],
  [['_count'], 'request.url', ['Bundle.entry[3].request.url']],
  [undefined, 'request.ifMatch', ['Bundle.entry[3].request.ifMatch']],
  [undefined, undefined, ['Bundle.entry[3]']],
])('%j in part %j is %j', (expression, part, expected) => {
  const error = fault('invalid', 'x', expression ? { expression } : {})
  expect(atEntry(3, error, part).issues).toEqual([
    { severity: 'error', code: 'invalid', diagnostics: 'x', expression: expected },
  ])
})

test('everything else of the fault stays', () => {
  const error = fault('conflict', 'x', { internal: 'i', retryAfterSeconds: 2, allow: ['GET'] })
  const { category, internal, retryAfterSeconds, allow, cause } = atEntry(0, error)
  expect({ category, internal, retryAfterSeconds, allow, cause }).toEqual({
    category: 'conflict',
    internal: 'i',
    retryAfterSeconds: 2,
    allow: ['GET'],
    cause: error,
  })
})

test('a collector throws all issues under the first category, and nothing where there is none', () => {
  const faults = faultCollector()
  faults.throwAny()
  expect(faults.try(1, () => 7)).toBe(7)
  expect(
    faults.try(2, () => {
      throw fault('unprocessable', 'a')
    }),
  ).toBeUndefined()
  faults.refuse(0, fault('invalid', 'b'), 'request')
  expect(() =>
    faults.try(3, () => {
      throw new TypeError('bug')
    }),
  ).toThrow(TypeError)
  try {
    faults.throwAny()
    expect.unreachable()
  } catch (error) {
    expect(Fault.is(error) && [error.category, error.issues.map(({ expression }) => expression)]).toEqual([
      'unprocessable',
      [['Bundle.entry[2]'], ['Bundle.entry[0].request']],
    ])
  }
})

test('the issues of a hopeless Bundle are cut off, and that is said', () => {
  const faults = faultCollector()
  let index = 0
  while (!faults.full) faults.refuse(index++, fault('invalid', 'x'))
  faults.refuse(index++, fault('invalid', 'one more'))
  try {
    faults.throwAny()
    expect.unreachable()
  } catch (error) {
    const issues = Fault.is(error) ? error.issues : []
    expect([index, issues.length, issues.at(-1)?.diagnostics]).toEqual([
      1001,
      1001,
      'There are more issues than these 1000',
    ])
  }
})
