/** A gateway that serves some types: of the others there is nothing, whatever asks for them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { servedOnly } from '#service/definitions.ts'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld({ resourceTypes: ['Patient', 'Observation'] })
})

afterAll(() => world.close())

const refusal = (diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [expect.objectContaining({ code: 'not-supported', diagnostics })],
})

const NOT_SERVED = 'This gateway does not serve Encounter: its CapabilityStatement lists the types that it serves'

test.each([
  'GET /Encounter/1',
  'GET /Encounter',
  'GET /Encounter/1/_history/1',
  'GET /Encounter/_history',
  'DELETE /Encounter/1',
])('%s is not found, with the reason', async line => {
  expect(await world.send(line)).toMatchObject({ status: 404, body: refusal(NOT_SERVED) })
})

test('nothing of another type is written', async () => {
  const body = { resourceType: 'Encounter', id: '1', status: 'planned', class: { code: 'AMB' } }
  expect(await world.send('PUT /Encounter/1', { body })).toMatchObject({ status: 404, body: refusal(NOT_SERVED) })
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: body, request: { method: 'PUT', url: 'Encounter/1' } }],
  }
  expect(await world.send('POST /', { body: bundle })).toMatchObject({ status: 404 })
})

test('what is no type of R4 is told apart', async () => {
  expect(await world.send('GET /Encouter/1')).toMatchObject({
    status: 404,
    body: refusal("FHIR R4 (4.0.1) has no resource type 'Encouter'"),
  })
})

test('others may be referred to and contained', async () => {
  const body = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { text: 'weight' },
    contained: [{ resourceType: 'Device', id: 'd' }],
    device: { reference: '#d' },
    encounter: { reference: 'Encounter/1' },
  }
  expect(await world.send('PUT /Observation/o', { body })).toMatchObject({ status: 201 })
  expect(await world.send('GET /Observation?encounter=Encounter/1&_include=*')).toMatchObject({
    status: 200,
    body: { entry: [{ resource: { id: 'o' } }] },
  })
})

test('the CapabilityStatement and GraphQL have the served types alone', async () => {
  const { body } = await world.send('GET /metadata')
  const { rest } = body as { readonly rest: readonly [{ readonly resource: readonly { readonly type: string }[] }] }
  expect(rest[0].resource.map(({ type }) => type)).toEqual(['Observation', 'Patient'])
  expect(await world.send('GET /$graphql?query={EncounterList{id}}')).toMatchObject({
    body: { errors: [{ message: expect.stringContaining('EncounterList') }] },
  })
  expect(await world.send('GET /$graphql?query={PatientList{id}}')).toMatchObject({
    body: { data: { PatientList: [] } },
  })
})

test('history of the whole system still says how much there is, where the store counts', async () => {
  world.clock.advance(world.historyLagMs)
  const { status, body } = await world.send('GET /_history')
  expect({ status, body }).toMatchObject({ status: 200, body: { entry: [{ resource: { id: 'o' } }] } })
  expect((body as { readonly total?: number }).total).toBe(world.over === 'embedded' ? 1 : undefined)
})

test('a name that is no type is a mistake of the configuration', () => {
  expect(() => servedOnly(testDefinitions, ['Patient', 'Patent']).for(TEST_TENANT)).toThrow(
    'FHIR R4 (4.0.1) has no resource type Patent',
  )
})
