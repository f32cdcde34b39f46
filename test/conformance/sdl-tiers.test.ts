/** An SDL of another size over the same resolvers: resources as JSON, no reverse lists, no lists with arguments. */
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

let world: GraphqlWorld
let appsync: HttpHandler

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
  appsync = (await createAppSync({ service: world.service, sdl: small })).answer
})

async function ask(query: string, variables: object = {}) {
  const headers = { 'content-type': 'application/json' }
  const body = Buffer.from(JSON.stringify({ query, variables }))
  const response = await appsync({ method: 'POST', url: '', headers, body, call: world.call })
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
