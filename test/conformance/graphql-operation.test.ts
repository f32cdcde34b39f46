import { afterAll, beforeAll, expect, it } from 'vitest'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/anna', { body: { resourceType: 'Patient', id: 'anna', name: [{ family: 'Shaw' }] } })
  const weight =
    '{"resourceType":"Observation","id":"weight","status":"final","code":{"text":"Weight"},' +
    '"subject":{"reference":"Patient/anna"},"valueQuantity":{"value":120.50,"unit":"kg"}}'
  await world.send('PUT /Observation/weight', { body: weight })
})

afterAll(() => world.close())

const JSON_BODY = { 'content-type': 'application/json' }

it('$graphql of the system answers a document with variables, decimals as they were written', async () => {
  const query = `query Q($id: ID!) {
    Observation(id: $id) { valueQuantity { value unit } subject { resource { ... on Patient { name { family } } } } }
  }`
  const body = JSON.stringify({ query, variables: { id: 'weight' } })
  expect(await world.text('POST /$graphql', { headers: JSON_BODY, body })).toBe(
    '{"data":{"Observation":{"valueQuantity":{"value":120.50,"unit":"kg"},' +
      '"subject":{"resource":{"name":[{"family":"Shaw"}]}}}}}',
  )
})

it('$graphql of an instance has the fields of the resource at its root', async () => {
  const query = encodeURIComponent('{ id ObservationList(_reference: patient) { valueQuantity { value } } }')
  expect(await world.text(`GET /Patient/anna/$graphql?query=${query}`)).toBe(
    '{"data":{"id":"anna","ObservationList":[{"valueQuantity":{"value":120.50}}]}}',
  )
})

it('mutations keep the precision of decimals, in literals and in variables', async () => {
  const literal =
    'mutation { ObservationUpdate(id: "a", res: { status: "final", code: { text: "x" }, valueQuantity: { value: 1.10 } }) { id } }'
  await world.send('POST /$graphql', { headers: JSON_BODY, body: JSON.stringify({ query: literal }) })
  const variable = 'mutation M($res: ObservationInput!) { ObservationUpdate(id: "b", res: $res) { id } }'
  const res = '{"status":"final","code":{"text":"x"},"valueQuantity":{"value":2.20}}'
  const body = `{"query":${JSON.stringify(variable)},"variables":{"res":${res}}}`
  await world.send('POST /$graphql', { headers: JSON_BODY, body })
  expect(await world.text('GET /Observation/a')).toContain('"valueQuantity":{"value":1.10}')
  expect(await world.text('GET /Observation/b')).toContain('"valueQuantity":{"value":2.20}')
})

it('a document that is refused is 400, one that fails in parts is 200', async () => {
  const send = async (query: string) => {
    const { status, body } = await world.send('POST /$graphql', { headers: JSON_BODY, body: JSON.stringify({ query }) })
    return [status, body]
  }
  const outcome = (code: string, diagnostics: string) => ({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code, diagnostics }],
  })
  const unknown = 'Cannot query field "nothing" on type "Query".'
  expect(await send('{ nothing }')).toEqual([
    400,
    {
      errors: [
        {
          message: unknown,
          locations: [{ line: 1, column: 3 }],
          extensions: { category: 'invalid', resource: outcome('invalid', unknown) },
        },
      ],
    },
  ])
  const missing = 'There is no Patient/nobody'
  expect(await send('{ Patient(id: "nobody") { id } }')).toEqual([
    200,
    {
      data: { Patient: null },
      errors: [
        {
          message: missing,
          locations: [{ line: 1, column: 3 }],
          path: ['Patient'],
          extensions: { category: 'not-found', resource: outcome('not-found', missing) },
        },
      ],
    },
  ])
})
