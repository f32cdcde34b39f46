import { beforeAll, expect, it } from 'vitest'
import { appsyncEvent } from '#test/support/appsync-events.ts'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { createResolversDoor, type ResolverResult } from './door.ts'

/** What `$graphql` refuses is refused here, before anything is read: at the root, in a batch, in a reverse list. */
let world: GraphqlWorld

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

const told = (result: ResolverResult) => [result].flat().map(({ error }) => [error?.errorType, error?.message])

async function ask(event: unknown) {
  world.portCalls.reset()
  const result = await createResolversDoor(world.service)(event, world.call)
  expect(world.portCalls).toMatchObject({ searches: 0, reads: 0 })
  return told(result)
}

const reverse = (count: number, below: string) =>
  `{ ConditionList(_reference: "patient", _count: ${count}) { ${below} } }`
const tooCostly = (estimate: number) => [
  'TooCostly',
  `The document asks for an estimated ${estimate} values; the limit is 500000`,
]

it('root fields are priced with all that is below them', async () => {
  const selection = reverse(1000, 'id')
  const event = appsyncEvent('Query', 'PatientList', { arguments: { _count: 1000 }, selection })
  expect(await ask(event)).toEqual([tooCostly(2_021_020)])
})

it('fields of a batch are priced each, and the others stand', async () => {
  const source = { id: 'anna' }
  const costly = appsyncEvent('Patient', 'ConditionList', {
    source,
    arguments: { _reference: 'patient', _count: 1000 },
    selection: `{ subject { resource { ... on Patient ${reverse(1000, 'id')} } } }`,
  })
  expect(await ask([costly, costly])).toEqual([tooCostly(2_027_020), tooCostly(2_027_020)])
  const cheap = appsyncEvent('Patient', 'ConditionList', {
    source,
    arguments: { _reference: 'patient' },
    selection: '{ id }',
  })
  const results = await createResolversDoor(world.service)([costly, cheap], world.call)
  expect(results).toMatchObject([{ error: { errorType: 'TooCostly' } }, { data: [] }])
})

it('selections that are too deep, and counts that are none, are refused', async () => {
  const deep = `{ ${'extension { '.repeat(30)} url ${'} '.repeat(30)} }`
  expect(await ask(appsyncEvent('Query', 'Patient', { arguments: { id: 'anna' }, selection: deep }))).toEqual([
    ['TooCostly', 'The selection is 31 levels deep; the limit is 25'],
  ])
  const count = ['BadRequest', 'The argument "_count" must be a number from 0 to 1000']
  expect(await ask(appsyncEvent('Query', 'PatientList', { arguments: { _count: 1001 }, selection: '{ id }' }))).toEqual(
    [count],
  )
})

it('a list is never cut: what is more than it holds is an error', async () => {
  const small = graphqlWorld({ limits: { pageSizeMax: 1 } })
  await small.put(...CORPUS)
  const door = createResolversDoor(small.service)
  const message = (type: string) =>
    `More than 1 ${type} resources match: narrow the search, or page with ${type}Connection`
  expect(told(await door(appsyncEvent('Query', 'PatientList', { selection: '{ id }' }), small.call))).toEqual([
    ['TooCostly', message('Patient')],
  ])
  const reversed = appsyncEvent('Query', 'Patient', {
    arguments: { id: 'anna' },
    selection: '{ ObservationList(_reference: "subject") { id } }',
  })
  expect(await door(reversed, small.call)).toMatchObject({
    data: {
      'ObservationList({"_reference":["subject"]})': {
        error: { errorType: 'TooCostly', message: message('Observation') },
      },
    },
  })
})
