import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { createResolversDoor } from './door.ts'

/** Whole events of direct Lambda resolvers, by how the caller has logged in. */
const FOLDER = new URL('../test/vectors/appsync/', import.meta.url)

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
