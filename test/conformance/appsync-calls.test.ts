/** How often AppSync's resolvers call the function, and the function its ports: for fifty matches as for one. */
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { HttpHandler } from '#rest/http-message.ts'
import { createAppSync } from '#runtime/local/appsync.ts'
import type { FhirService } from '#service/index.ts'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'

const COUNT = 50

let world: GraphqlWorld
let appsync: HttpHandler
const invocations = { fields: 0, batches: [] as number[] }

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
  const observations = Array.from({ length: COUNT }, (_, index) => ({
    resourceType: 'Observation',
    id: `o${index}`,
    status: 'final',
    code: { text: 'counted' },
    subject: { reference: `Patient/${index % 2 ? 'anna' : 'olaf'}` },
    performer: [{ reference: 'Practitioner/adam' }, { reference: 'Organization/acme' }],
  }))
  await world.put(...observations)
  const counting: FhirService = {
    ...world.service,
    graphqlField: (...given) => {
      invocations.fields += 1
      return world.service.graphqlField(...given)
    },
    graphqlNested: (call, requests) => {
      invocations.batches.push(requests.length)
      return world.service.graphqlNested(call, requests)
    },
  }
  appsync = (await createAppSync({ service: counting })).answer
})

beforeEach(() => {
  world.portCalls.reset()
  invocations.fields = 0
  invocations.batches = []
})

async function ask(query: string): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const headers = { 'content-type': 'application/json' }
  const body = Buffer.from(JSON.stringify({ query }))
  const response = await appsync({ method: 'POST', url: '', headers, body, call: world.call })
  const { data, errors } = JSON.parse(Buffer.concat([response.body ?? new Uint8Array()].flat()).toString('utf8'))
  expect(errors).toBeUndefined()
  return data
}

const searched = 'ObservationList(performer: "Organization/acme", _count: 50)'
const expected = {
  subject: { resource: { id: 'olaf' } },
  performer: [{ resource: { name: [{ family: 'Careful' }] } }, { resource: { id: 'acme' } }],
}
/** The search, the bodies of its hits, and everything that they refer to. */
const ONE_SEARCH = { searches: 1, reads: 2 }

test('inline fragments: one invocation, one search, one read of all that is referred to', async () => {
  const { ObservationList } = await ask(`{ ${searched} {
    subject { resource { ... on Patient { id } } }
    performer { resource { ... on Practitioner { name { family } } ... on Organization { id } } }
  } }`)
  expect([ObservationList?.length, ObservationList?.[0]]).toEqual([COUNT, expected])
  expect(invocations).toEqual({ fields: 1, batches: [] })
  expect(world.portCalls).toMatchObject(ONE_SEARCH)
})

test('aliases with different arguments: the same', async () => {
  const { ObservationList } = await ask(`{ ${searched} {
    subject {
      patient: resource(type: "Patient") { ... on Patient { id } }
      group: resource(type: "Group") { ... on Group { id } }
      any: resource(optional: true) { __typename }
    }
    first: performer { resource { ... on Practitioner { name { family } } } }
    second: performer { resource { ... on Organization { id } } }
  } }`)
  expect(ObservationList?.[1]).toEqual({
    subject: { patient: { id: 'anna' }, group: null, any: { __typename: 'Patient' } },
    first: [{ resource: { name: [{ family: 'Careful' }] } }, { resource: {} }],
    second: [{ resource: {} }, { resource: { id: 'acme' } }],
  })
  expect(invocations).toEqual({ fields: 1, batches: [] })
  expect(world.portCalls).toMatchObject(ONE_SEARCH)
})

test('named fragments, whose bodies AppSync leaves out: one invocation more, with a batch of all', async () => {
  const { ObservationList } = await ask(`
    query { ${searched} { ...Observed } }
    fragment Observed on Observation { subject { resource { ...Person } } performer { resource { ...Person ...Place } } }
    fragment Person on Resource { ... on Patient { id } ... on Practitioner { name { family } } }
    fragment Place on Organization { id }
  `)
  expect([ObservationList?.length, ObservationList?.[0]]).toEqual([COUNT, expected])
  expect(invocations).toEqual({ fields: 1, batches: [3 * COUNT] })
  expect(world.portCalls).toMatchObject(ONE_SEARCH)
})

test('reverse lists of all matches: one search for each list, two deep', async () => {
  const { PatientList } = await ask(`{ PatientList(_sort: "_id") {
    id
    ConditionList(_reference: "patient") { id }
    few: ObservationList(_reference: "subject", _count: 2, _sort: "_id") { id }
    other: ObservationList(_reference: "subject", _count: 1, _sort: "-_id") { id }
  } }`)
  expect(PatientList).toEqual([
    { id: 'anna', ConditionList: [], few: [{ id: 'height' }, { id: 'o1' }], other: [{ id: 'weight' }] },
    { id: 'olaf', ConditionList: [{ id: 'cough' }], few: [{ id: 'o0' }, { id: 'o10' }], other: [{ id: 'o8' }] },
  ])
  expect(invocations).toEqual({ fields: 1, batches: [] })
  world.portCalls.reset()
  await ask(
    `{ OrganizationList { PatientList(_reference: "organization") { ObservationList(_reference: "patient") { id } } } }`,
  )
  expect(world.portCalls).toMatchObject({ searches: 3, reads: 3 })
})

test('lists with arguments call nobody', async () => {
  const { PatientList } = await ask(`{ PatientList(_id: "anna") {
    official: name(use: "official") { family }
    second: name(_offset: 1, _count: 1) { use }
    identifier(system: "urn:oid:1.3") { value }
  } }`)
  expect(PatientList).toEqual([
    { official: [{ family: 'Chalmers' }], second: [{ use: 'usual' }], identifier: [{ value: '13' }] },
  ])
  expect(invocations).toEqual({ fields: 1, batches: [] })
})
