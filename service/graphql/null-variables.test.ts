/** GraphQL 6.4.1: a default lets a variable be used where null may not be; null itself fails where it is used. */
import { beforeEach, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'

let world: GraphqlWorld

beforeEach(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

const error = (argument: string, type: string, column: number, path?: readonly (string | number)[]) => {
  const message = `Argument "${argument}" of non-null type "${type}" must not be null.`
  const issue = [{ severity: 'error', code: 'invalid', diagnostics: message }]
  return {
    message,
    locations: [{ line: 1, column }],
    extensions: { category: 'invalid', resource: { resourceType: 'OperationOutcome', issue } },
    ...(path && { path }),
  }
}

it.each([
  [
    'query Q($v: ID = "anna") { a: Patient(id: $v) { id } b: Patient(id: "olaf") { id } }',
    { a: null, b: { id: 'olaf' } },
    { a: { id: 'anna' }, b: { id: 'olaf' } },
    error('id', 'ID!', 43, ['a']),
  ],
  [
    'query Q($v: String = "patient") { Patient(id: "olaf") { id ConditionList(_reference: $v) { id } } }',
    { Patient: { id: 'olaf', ConditionList: null } },
    { Patient: { id: 'olaf', ConditionList: [{ id: 'cough' }] } },
    error('_reference', 'String!', 86, ['Patient', 'ConditionList']),
  ],
  [
    'query Q($v: Boolean = true) { Patient(id: "anna") { name(_count: 1) { use @skip(if: $v) family } id } }',
    { Patient: { id: 'anna', name: [null] } },
    { Patient: { id: 'anna', name: [{ family: 'Chalmers' }] } },
    error('if', 'Boolean!', 85, ['Patient', 'name', 0]),
  ],
  [
    'query Q($v: Boolean = true) { Patient(id: "anna") @include(if: $v) { id } }',
    null,
    { Patient: { id: 'anna' } },
    error('if', 'Boolean!', 64),
  ],
])('%s', async (query, withNull, withDefault, expected) => {
  expect(await world.query(query, { variables: { v: null } })).toEqual({ data: withNull, errors: [expected] })
  expect(await world.query(query)).toEqual({ data: withDefault })
})

it('of a mutation, the others of the document are run', async () => {
  const query = `mutation M($res: PatientInput = { active: true }) {
    a: PatientCreate(res: $res) { active }
    b: PatientCreate(res: { active: false }) { active }
  }`
  const { data, errors } = await world.query(query, { variables: { res: null } })
  expect([data, errors?.map(({ path }) => path)]).toEqual([{ a: null, b: { active: false } }, [['a']]])
  expect(await world.data('{ PatientList(active: false) { active } }')).toEqual({ PatientList: [{ active: false }] })
})
