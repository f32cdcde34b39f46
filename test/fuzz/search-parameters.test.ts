import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { Parameters } from '#service/fhir-service.ts'
import { type Handling, parseSearch } from '#service/search/parse.ts'
import { DEFINITIONS } from '#test/support/search-parameter.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: 0 }

const TYPES = ['Patient', 'Observation', 'Bundle', 'Provenance', 'ValueSet', 'Questionnaire', 'Location']
const CODES = TYPES.flatMap(type => [...DEFINITIONS.searchParameters(type).keys()])
const WORDS = [
  ...CODES,
  ...TYPES,
  ...'_has _sort _count _total _summary _elements _include _revinclude _cursor _format _text _content _filter _list _type _contained _explain'.split(
    ' ',
  ),
  ...'missing exact contains not in below iterate constructor __proto__ toString'.split(' '),
]
const VALUES =
  'true false 2013 ge2013-01-14T10:00:00Z 5.4 ap1e-3 http://loinc.org 8302-2 Patient/1 * - | , \\ $ '.split(' ')

const glued = (words: readonly string[], joints: readonly string[]) =>
  fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' })), fc.constantFrom(...joints)), {
      maxLength: 6,
    })
    .map(pieces => pieces.flat().join(''))

const parameter = fc.tuple(glued(WORDS, [':', '.', '', ':']), glued(VALUES, ['', ',', '|', ':', '\\']))

const outcomeOf = (type: string, parameters: Parameters, handling: Handling) => {
  try {
    return parseSearch(CONTEXT, type, parameters, handling)
  } catch (error) {
    if (!Fault.is(error)) throw error
    return error
  }
}

test('any parameters are understood or refused by a Fault that names each culprit', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TYPES),
      fc.array(parameter, { maxLength: 5 }),
      fc.constantFrom<Handling>('strict', 'lenient'),
      (type, parameters, handling) => {
        const outcome = outcomeOf(type, parameters, handling)
        const names = new Set(parameters.map(([name]) => name))
        for (const { expression } of outcome.issues) expect(names).toContain(expression?.join())
        if (outcome instanceof Error) expect(outcome.category).toBe('invalid')
      },
    ),
    { numRuns: 3000 },
  )
})

test('what was applied means the same again, without a complaint', () => {
  let understood = 0
  fc.assert(
    fc.property(fc.constantFrom(...TYPES), fc.array(parameter, { maxLength: 3 }), (type, parameters) => {
      const first = outcomeOf(type, parameters, 'lenient')
      if (first instanceof Error) return
      understood++
      expect(parseSearch(CONTEXT, type, first.applied, 'strict')).toEqual({ ...first, issues: [] })
    }),
    { numRuns: 3000 },
  )
  expect(understood).toBeGreaterThan(100)
})

test('long chains, long lists and deep nests end quickly', () => {
  const parameters: Parameters = [
    [`${'partof.'.repeat(20_000)}name`, 'x'],
    [`${'subject.'.repeat(20_000)}name`, 'x'],
    [`${'_has:Observation:subject:'.repeat(20_000)}code`, 'x'],
    [`${'focus.'.repeat(8)}_id`, '1'],
    ['code', '|'.repeat(100_000)],
    ['code', '\\'.repeat(100_000)],
    ['date', `${'9'.repeat(100_000)} 10:00`],
    ['value-quantity', '1'.repeat(100_000)],
    ['x'.repeat(100_000), 'x'],
    ['code', ','.repeat(100_000)],
  ]
  const outcome = outcomeOf('Observation', parameters, 'strict')
  // A name that is far too long is told in part.
  expect(new Set(outcome.issues.map(({ expression }) => expression?.join().slice(0, 100)))).toEqual(
    new Set(parameters.map(([name]) => name.slice(0, 100))),
  )
})
