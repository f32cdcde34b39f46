/** R4 http.html#transaction; the rules of entries are tested beside service/bundle. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SHAW } from '#test/support/patients.ts'
import { FHIR_TYPE, openRestWorld, outcome, type RestWorld, refused, stamped } from '#test/support/rest-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

const bundle = (type: string, ...entry: readonly unknown[]) => ({ resourceType: 'Bundle', type, entry })
const PATIENT_URN = 'urn:uuid:6f1c9d5e-2f0f-4a86-9d0d-2f0a3f7f1b11'
const LAST_MODIFIED = '2024-02-29T12:00:00.000Z'

const observationOf = (reference: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Weight' },
  subject: { reference },
})

const written = (status: string, type: string, id: string) => ({
  response: {
    status,
    location: `${type}/${id}/_history/1`,
    etag: 'W/"1"',
    lastModified: LAST_MODIFIED,
  },
})

test('a transaction writes all of its entries, with the links between them', async () => {
  const body = bundle(
    'transaction',
    { resource: observationOf(PATIENT_URN), request: { method: 'POST', url: 'Observation' } },
    { fullUrl: PATIENT_URN, resource: SHAW, request: { method: 'POST', url: 'Patient' } },
  )
  expect(await world.send('POST /', { body })).toEqual({
    status: 200,
    headers: FHIR_TYPE,
    body: bundle(
      'transaction-response',
      expect.objectContaining(written('201 Created', 'Observation', 'id-1')),
      expect.objectContaining(written('201 Created', 'Patient', 'id-2')),
    ),
  })
  const { body: observation } = await world.send('GET /Observation/id-1')
  expect(observation).toEqual(stamped(observationOf('Patient/id-2'), { id: 'id-1', version: 1 }))
})

test('a transaction with one entry that fails writes none, and names it', async () => {
  const body = bundle(
    'transaction',
    { resource: SHAW, request: { method: 'POST', url: 'Patient' } },
    { resource: { ...SHAW, gender: 'm' }, request: { method: 'POST', url: 'Patient' } },
  )
  expect(await world.send('POST /', { body })).toEqual({
    status: 422,
    headers: FHIR_TYPE,
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'code-invalid',
          diagnostics: expect.any(String),
          expression: ['Bundle.entry[1].resource.gender'],
        },
      ],
    },
  })
  expect(await world.send('GET /Patient?_summary=count')).toMatchObject({ body: { total: 0 } })
})

test('each entry of a batch is answered for itself', async () => {
  const body = bundle(
    'batch',
    { resource: { ...SHAW, id: 'a' }, request: { method: 'PUT', url: 'Patient/a' } },
    { request: { method: 'GET', url: 'Patient/nobody' } },
    { request: { method: 'PATCH', url: 'Patient/a' } },
  )
  const { status, body: answer } = await world.send('POST /', { body })
  const { entry } = answer as { entry: readonly { response: { status: string; outcome?: unknown } }[] }
  expect(status).toBe(200)
  expect(answer).toMatchObject({ resourceType: 'Bundle', type: 'batch-response' })
  expect(entry.map(each => each.response.status.slice(0, 3))).toEqual(['201', '404', '400'])
  expect(entry[1]?.response.outcome).toEqual(
    outcome('not-found', 'There is no Patient/nobody', 'Bundle.entry[1].request.url'),
  )
})

test('what is no Bundle is refused', async () => {
  expect(await world.send('POST /', { body: SHAW })).toEqual(
    refused(400, 'structure', 'The resourceType "Patient" is not "Bundle", which is expected here'),
  )
})
