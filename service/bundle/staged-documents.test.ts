import fc from 'fast-check'
import { expect, test } from 'vitest'
import { patient, practitioner } from '#test/support/bundle-entries.ts'
import { TEST_BASE_URL, testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import type { Parameters } from '../fhir-service.ts'
import type { JsonObject, ResourceContent } from '../resource/content.ts'
import type { Node } from '../search/ast.ts'
import { evaluateQuery, NO_LOOKUP } from '../search/evaluate.ts'
import { extract } from '../search/extract.ts'
import { hasJoin } from '../search/has-join.ts'
import { parseSearch } from '../search/parse.ts'
import { stagedDocuments } from './staged-documents.ts'

const definitions = testDefinitions.for(testCall().tenant)
const context = { definitions, baseUrl: TEST_BASE_URL, now: 0 }

const document = (content: JsonObject, id: string) =>
  extract(
    definitions,
    { ...(content as ResourceContent), id },
    { versionId: 1, lastUpdated: 0, baseUrl: TEST_BASE_URL },
  )

const word = fc.constantFrom('a', 'b', 'c')
const anyResource = fc
  .record({ patient: fc.boolean(), values: fc.array(word, { maxLength: 2 }), active: fc.option(fc.boolean()) })
  .map(({ patient: isPatient, values, active }): JsonObject => {
    const identifier = values.map(value => ({ system: 's', value }))
    const more = { ...(identifier.length > 0 && { identifier }), ...(active !== null && { active }) }
    return isPatient ? patient(more) : practitioner('a', more)
  })
const anyCriterion = fc.oneof(
  word.map(value => ['identifier', `s|${value}`] as const),
  word.map(value => ['identifier', value] as const),
  fc.constant(['identifier', 's|'] as const),
  fc.constant(['identifier', 's|a,b'] as const),
  fc.boolean().map(value => ['active', String(value)] as const),
  fc.boolean().map(value => ['identifier:missing', String(value)] as const),
  word.map(value => ['identifier:not', `s|${value}`] as const),
)

test('finds what evaluating each document finds', () => {
  fc.assert(
    fc.property(
      fc.array(anyResource, { maxLength: 12 }),
      fc.array(fc.tuple(fc.constantFrom('Patient', 'Practitioner'), fc.array(anyCriterion, { maxLength: 3 })), {
        maxLength: 6,
      }),
      (resources, searches) => {
        const documents = resources.map((resource, index) => document(resource, `i${index}`))
        const staged = stagedDocuments(documents)
        for (const [type, parameters] of searches) {
          const { query } = parseSearch(context, type, parameters as Parameters, 'strict')
          expect(staged.find(query)).toEqual(documents.filter(one => evaluateQuery(query, one, NO_LOOKUP)))
        }
      },
    ),
  )
})

test.each([
  ['Observation', 'subject=Patient/1', false],
  ['Observation', 'subject:Patient.name=x', true],
  ['Patient', '_has:Observation:subject:status=final', true],
  ['Patient', 'gender:not=male', false],
])('%s?%s has a join: %s', (type, query, expected) => {
  const [name = '', value = ''] = query.split('=')
  expect(hasJoin(parseSearch(context, type, [[name, value]], 'strict').query.where)).toBe(expected)
})

test('a join is seen below negations and alternatives', () => {
  const { where } = parseSearch(context, 'Observation', [['subject:Patient.name', 'x']], 'strict').query
  const nested: Node = { kind: 'and', nodes: [{ kind: 'or', nodes: [{ kind: 'not', node: where }] }] }
  expect(hasJoin(nested)).toBe(true)
})
