/** SDLs of other sizes over the same resolvers: resources as JSON, no reverse lists or ones with more arguments. */
import { beforeAll, expect, test } from 'vitest'
import type { HttpHandler } from '#rest/http-message.ts'
import { createAppSync } from '#runtime/local/appsync.ts'
import { generatedSdl } from '#test/support/generated-schema.ts'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'

/** What `npm run codegen:sdl -- inputs=json reverse=none lists=none` writes, but for inputs that nothing takes. */
const small = generatedSdl()
  .replaceAll(/\bres:\w+Input!/g, 'res:AWSJSON!')
  .replaceAll(/ \w+\(_reference:[^)]*\):\[?\w+\]?/g, '')
  .replaceAll(/(\w+)\([^()]*_offset:Int[^()]*\):/g, '$1:')

/** What `reverse-arguments=all` writes: reverse lists take what the same lists take at the root. */
const large = generatedSdl().replaceAll(
  /\b(\w+List|\w+Connection)\(_reference:[^)]*\)/g,
  (_text, name) => `${name}(_reference:String! ${rootArguments(name)})`,
)

function rootArguments(field: string): string {
  const form = field.endsWith('List') ? field : field.replace(/Connection$/, 'List')
  return new RegExp(`\\b${form}\\((?!_reference)([^)]*)\\)`).exec(generatedSdl())?.[1] ?? ''
}

let world: GraphqlWorld
let appsync: HttpHandler
let appsyncOfLarge: HttpHandler

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
  appsync = (await createAppSync({ service: world.service, sdl: small })).answer
  appsyncOfLarge = (await createAppSync({ service: world.service, sdl: large })).answer
})

async function ask(query: string, variables: object = {}, endpoint = appsync) {
  const headers = { 'content-type': 'application/json' }
  const body = Buffer.from(JSON.stringify({ query, variables }))
  const response = await endpoint({ method: 'POST', url: '', headers, body, call: world.call })
  return JSON.parse(Buffer.concat([response.body ?? new Uint8Array()].flat()).toString('utf8'))
}

test('resources are written as JSON', async () => {
  const content = { name: [{ family: 'Small' }], contained: [{ resourceType: 'Basic', id: 'b', code: { text: 'x' } }] }
  const query = 'mutation M($res: AWSJSON!) { PatientCreate(res: $res) { name { family } contained { __typename } } }'
  const expected = { data: { PatientCreate: { name: [{ family: 'Small' }], contained: [{ __typename: 'Basic' }] } } }
  expect(await ask(query, { res: JSON.stringify(content) })).toEqual(expected)
  const updated = await ask('mutation M($res: AWSJSON!) { PatientUpdate(id: "olaf", res: $res) { id active } }', {
    res: '{"resourceType":"Patient","id":"olaf","active":true}',
  })
  expect(updated).toEqual({ data: { PatientUpdate: { id: 'olaf', active: true } } })
  expect(await ask(query, { res: '{"nothing":1}' })).toMatchObject({
    data: { PatientCreate: null },
    errors: [{ errorType: 'Unprocessable' }],
  })
})

test('the rest is as it was, and what is left out is unknown', async () => {
  expect(
    await ask('{ Patient(id: "anna") { name { use } managingOrganization { resource { __typename } } } }'),
  ).toEqual({
    data: {
      Patient: {
        name: [{ use: 'official' }, { use: 'usual' }, { use: 'maiden' }],
        managingOrganization: { resource: { __typename: 'Organization' } },
      },
    },
  })
  const unknown = await ask(
    '{ Patient(id: "anna") { name(use: "usual") { use } ConditionList(_reference: "patient") { id } } }',
  )
  expect(unknown.errors.map(({ message }: { message: string }) => message)).toEqual([
    'Unknown argument "use" on field "Patient.name".',
    expect.stringContaining('Cannot query field "ConditionList" on type "Patient".'),
  ])
})

test('reverse lists may take every search parameter, by each alias its own, and no search more than one', async () => {
  const query = `query Q($none: [String], $code: [String]) {
    PatientList(_id: ["anna", "olaf"], _sort: "_id") {
      id
      none: ObservationList(_reference: "patient", code: "http://loinc.org|none", status: $none) { id }
      ids: ObservationList(_reference: "patient", _lastUpdated: ["ge2000", "lt1970"], fhirpath: "id = 'height'") { id }
      coded: ObservationConnection(_reference: "subject", code: $code, _count: 5) { count edges { resource { id } } }
      ...Conditions
    }
  }
  fragment Conditions on Patient { ConditionList(_reference: "patient", _lastUpdated: "ge2000") { id } }`
  world.portCalls.reset()
  const code = ['http://loinc.org|29463-7']
  expect(await ask(query, { code }, appsyncOfLarge)).toEqual({
    data: {
      PatientList: [
        { id: 'anna', none: [], ids: [{ id: 'height' }], coded: COUNTED(['weight']), ConditionList: [] },
        { id: 'olaf', none: [], ids: [], coded: COUNTED([]), ConditionList: [{ id: 'cough' }] },
      ],
    },
  })
  // Two lists, the one in the fragment, and two connections, one with its last page, for the fragment may select it.
  expect(world.portCalls.searches).toBe(6)
})

const COUNTED = (ids: readonly string[]) => ({ count: ids.length, edges: ids.map(id => ({ resource: { id } })) })

test('a gateway that serves some types has the fields of those alone', async () => {
  const resourceTypes = ['Patient', 'Observation']
  const few = graphqlWorld({ resourceTypes })
  const { answer } = await createAppSync({ service: few.service, resourceTypes })
  const messagesOf = async (query: string) => {
    const { errors } = await ask(query, {}, answer)
    return errors?.map(({ message }: { message: string }) => message.split('.')[0])
  }
  const below = 'ObservationList(_reference: "patient") { id } contained { ... on Device { id } }'
  expect(await messagesOf(`{ PatientList { ${below} } }`)).toBe(undefined)
  expect(
    await messagesOf('{ DeviceList { id } Patient(id: "a") { ConditionConnection(_reference: "patient") { count } } }'),
  ).toEqual([
    'Cannot query field "DeviceList" on type "Query"',
    'Cannot query field "ConditionConnection" on type "Patient"',
  ])
  expect(await messagesOf('mutation { DeviceCreate(res: {}) { id } transaction(bundle: "{}") }')).toEqual([
    'Cannot query field "DeviceCreate" on type "Mutation"',
  ])
})
