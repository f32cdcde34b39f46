import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { BATCH_EVENT, exchange, RECORDED, readRecorded, recordedEvent } from '#test/support/recorded-events.ts'
import { createResolversDoor } from './door.ts'

/** Whole events of direct Lambda resolvers, by how the caller has logged in. */
const FOLDER = new URL('../test/vectors/appsync/written/', import.meta.url)

const eventOf = (name: string) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))

/** What infra/appsync sends of an event. */
function reduced(event: ReturnType<typeof eventOf>) {
  const { fieldName, parentTypeName, variables, selectionSetGraphQL } = event.info
  const info = { fieldName, parentTypeName, variables, selectionSetGraphQL }
  return { arguments: event.arguments, source: null, identity: event.identity, info }
}

let world: GraphqlWorld

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

const ANSWER = {
  data: {
    id: 'anna',
    name: [{ family: 'Chalmers' }, { family: null }, { family: 'Windsor' }],
    managingOrganization: {
      reference: 'Organization/acme',
      type: null,
      'resource({"optional":["true"]})': { data: { __typename: 'Organization', name: 'Acme' } },
    },
  },
}

describe.each(readdirSync(FOLDER))('an event of a caller by %s', name => {
  it('is answered, as AppSync sends it and as the resolvers do', async () => {
    const door = createResolversDoor(world.service)
    expect(await door(eventOf(name), world.call)).toEqual(ANSWER)
    expect(await door(reduced(eventOf(name)), world.call)).toEqual(ANSWER)
  })

  it('is answered in a batch', async () => {
    const door = createResolversDoor(world.service)
    const event = {
      ...eventOf(name),
      arguments: { optional: null, type: 'Organization' },
      source: { reference: 'Organization/acme', display: 'Acme' },
      info: {
        ...eventOf(name).info,
        parentTypeName: 'Reference',
        fieldName: 'resource',
        selectionSetGraphQL: '{\n  ... on Organization {\n    name\n  }\n}',
      },
    }
    expect(await door([event, { ...event, source: { display: 'Nobody' } }], world.call)).toMatchObject([
      { data: { __typename: 'Organization', name: 'Acme' } },
      { error: { errorType: 'NotFound' } },
    ])
  })
})

describe.each(RECORDED)('the recorded event %s', name => {
  const { selectionSetGraphQL: selection } = eventOf('cognito.json').info
  const parts = { arguments: { id: 'anna' }, variables: { id: 'anna', unset: null }, selection }

  it('is answered, as AppSync has sent it and as the resolvers do', async () => {
    const door = createResolversDoor(world.service)
    const event = recordedEvent(name, 'Query', 'Patient', parts)
    expect(await door(event, world.call)).toEqual(ANSWER)
    expect(await door(reduced(event), world.call)).toEqual(ANSWER)
  })

  it('is answered where it writes', async () => {
    const door = createResolversDoor(world.service)
    const res = { birthDate: '1970', gender: null }
    const written = { arguments: { id: name, res, ifMatch: null }, selection: '{ id birthDate }' }
    expect(await door(recordedEvent(name, 'Mutation', 'PatientUpdate', written), world.call)).toEqual({
      data: { id: name, birthDate: '1970' },
    })
  })

  it('names a field that is not there as it came: a refusal with a sentence', async () => {
    const message = 'The field "createSomething" is not supported here'
    expect(await createResolversDoor(world.service)(readRecorded(name), world.call)).toMatchObject({
      error: { message, errorType: 'Unsupported' },
    })
  })
})

it('the recorded batch is answered event by event', async () => {
  const references = ['Organization/acme', 'Patient/nobody']
  const events = [readRecorded(BATCH_EVENT)].flat().map((event, index) =>
    exchange(event, 'Reference', 'resource', {
      source: { reference: references[index] ?? '' },
      selection: '{\n  ... on Organization {\n    name\n  }\n}',
    }),
  )
  expect(await createResolversDoor(world.service)(events, world.call)).toMatchObject([
    { data: { __typename: 'Organization', name: 'Acme' } },
    { error: { errorType: 'NotFound' } },
  ])
})
