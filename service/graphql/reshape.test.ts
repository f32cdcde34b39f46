import { beforeAll, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'

let world: GraphqlWorld

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

const focus = { type: 'Patient', id: 'anna' }
const shaped = (query: string) => world.data(query, { focus })

describe('the examples of R4 graphql.html#flattening', () => {
  it('@flatten puts the children in the place of a field', async () => {
    expect(await shaped('{ identifier @flatten { system value } active name @flatten { text given family } }')).toEqual(
      {
        system: ['urn:oid:1.2', 'urn:oid:1.3'],
        value: ['12', '13'],
        active: true,
        given: ['Peter', 'James', 'Jim', 'Peter', 'James'],
        family: ['Chalmers', 'Windsor'],
      },
    )
  })

  it('@first takes the first of each list', async () => {
    expect(await shaped('{ active name @flatten { text given @first family } }')).toEqual({
      active: true,
      given: ['Peter', 'Jim', 'Peter'],
      family: ['Chalmers', 'Windsor'],
    })
    expect(await shaped('{ name @first { given @first } }')).toEqual({ name: [{ given: ['Peter'] }] })
  })

  it('@singleton makes one value of a list of one', async () => {
    const query =
      '{ identifier @flatten @first { system @singleton value @singleton } name @flatten @first { given family @singleton } }'
    expect(await shaped(query)).toEqual({
      system: 'urn:oid:1.2',
      value: '12',
      given: ['Peter', 'James'],
      family: 'Chalmers',
    })
  })

  it('@slice appends a property of each element to the names', async () => {
    expect(await shaped('{ name @flatten @slice(path: "use") { given family @singleton } }')).toEqual({
      'given.official': ['Peter', 'James'],
      'family.official': 'Chalmers',
      'given.usual': ['Jim'],
      'given.maiden': ['Peter', 'James'],
      'family.maiden': 'Windsor',
    })
    expect(await shaped('{ name @flatten @slice(path: "$index") { given @first @singleton family } }')).toEqual({
      'given.0': 'Peter',
      'family.0': ['Chalmers'],
      'given.1': 'Jim',
      'given.2': 'Peter',
      'family.2': ['Windsor'],
    })
    expect(await shaped('{ name @slice(path: "($index + 1).toString() & use.substring(0, 1)") { use } }')).toEqual({
      'name.1o': [{ use: 'official' }],
      'name.2u': [{ use: 'usual' }],
      'name.3m': [{ use: 'maiden' }],
    })
    expect(await shaped('{ name @slice(path: "use") { family } }')).toEqual({
      'name.official': [{ family: 'Chalmers' }],
      'name.usual': [{ family: null }],
      'name.maiden': [{ family: 'Windsor' }],
    })
  })
})

describe('directives', () => {
  it('reach through references and lists', async () => {
    const query = `{
      managingOrganization @flatten { resource @flatten { ... on Organization { organization: name } } }
      ObservationList(_reference: patient, _sort: "_id") @flatten { valueQuantity @flatten { unit } }
      ObservationConnection(_reference: patient, _count: 1) { edges @flatten { resource @flatten { status } } }
    }`
    expect(await shaped(query)).toEqual({
      organization: 'Acme',
      unit: ['m', 'kg'],
      ObservationConnection: { status: ['final'] },
    })
  })

  it('are errors where they cannot be followed', async () => {
    const tell = async (query: string) => {
      const { data, errors } = await world.query(query, { focus })
      return [data, errors?.map(({ message, path }) => [message, path])]
    }
    expect(await tell('{ id name @flatten { use @singleton } }')).toEqual([
      { id: 'anna', use: 'official' },
      [['"use" is a @singleton, but has more than one value', ['name', 'use']]],
    ])
    expect(
      await tell('{ name @flatten { x: family } contained @flatten { ... on Practitioner { x: name { family } } } }'),
    ).toEqual([
      { x: ['Chalmers', 'Windsor'] },
      [['"x" would collate values of the types string and HumanName', ['contained', 'x']]],
    ])
    expect(await tell('{ id name @slice(path: "given +") { use } }')).toEqual([
      undefined,
      [['"given +" is no FHIRPath: line: 1; column: 7: mismatched input \'<EOF>\'', undefined]],
    ])
    expect(await tell('{ id name @slice(path: "given.first() + 1") { use } }')).toEqual([
      { id: 'anna', name: [{ use: 'official' }, { use: 'usual' }, { use: 'maiden' }] },
      [['The FHIRPath "given.first() + 1" can\'t be evaluated here', ['name']]],
    ])
  })
})
