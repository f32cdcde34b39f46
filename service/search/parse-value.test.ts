import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFINITIONS } from '#test/support/search-parameter.ts'
import { Fault } from '../fault.ts'
import { TerminologyAnswers } from '../terminology/answers.ts'
import type { IndexDocument } from './document.ts'
import { evaluateQuery, NO_LOOKUP } from './evaluate.ts'
import { parseSearch } from './parse.ts'

const TYPES = ['Observation', 'Patient', 'Location', 'MolecularSequence', 'DocumentReference', 'Questionnaire', 'Claim']
const MODIFIERS = (
  'exact contains text in not-in below above not identifier of-type missing Patient bogus'.split(' ') as (
    | string
    | undefined
  )[]
).concat(undefined, undefined, undefined)

const parameter = fc
  .constantFrom(...TYPES)
  .chain(type => fc.constantFrom(...DEFINITIONS.searchParameters(type).keys()).map(code => ({ type, code })))

/** What values are made of, well and badly. */
const piece = fc.constantFrom(
  ...[
    'http://unitsofmeasure.org',
    'mg',
    '|',
    '$',
    ',',
    '\\',
    '5.4',
    '1e400',
    '-0',
    'gt',
    'ap',
    '2013-01-14',
    'T10:00',
    'Z',
  ],
  ...['Patient/', 'a', 'true', '%', "'", '"', ';', '*', '\u0000', '😀', '\ud800', ' ', '+', '../', '#', 'urn:', '://'],
)
const value = fc.array(piece, { minLength: 1, maxLength: 9 }).map(pieces => pieces.join(''))

const context = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: 0 }

test('any value is either a search that can be asked, or refused by the name of its parameter', () => {
  fc.assert(
    fc.property(parameter, fc.constantFrom(...MODIFIERS), value, ({ type, code }, modifier, text) => {
      const name = modifier === undefined ? code : `${code}:${modifier}`
      const document: IndexDocument = { type, id: '1', versionId: 1, lastUpdated: 0, entries: [], compartments: [] }
      try {
        const terminology = new TerminologyAnswers()
        const { query } = parseSearch({ ...context, terminology }, type, [[name, text]], 'strict')
        expect(typeof evaluateQuery(query, document, NO_LOOKUP)).toBe('boolean')
      } catch (error) {
        if (!Fault.is(error)) throw error
        expect(error.category).toBe('invalid')
        for (const issue of error.issues)
          expect([issue.expression, issue.diagnostics.includes(name)]).toEqual([[name], true])
      }
    }),
    { numRuns: 5000 },
  )
})
