/** $validate answers 200 with what it found. R4 resource-operation-validate.html */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

const PATIENT = { resourceType: 'Patient', id: 'a', active: true }
const WRONG = { resourceType: 'Patient', id: 'a', active: 'yes', gender: 'x' }

beforeAll(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: PATIENT })
})

afterAll(() => world.close())

const found = async (line: string, body?: object) => {
  const { status, body: outcome } = await world.send(line, body ? { body } : {})
  const { issue } = outcome as { issue: readonly { severity: string; code: string; expression?: readonly string[] }[] }
  return [
    status,
    ...issue.map(({ severity, code, expression }) => `${severity} ${code} ${expression?.[0] ?? ''}`.trim()),
  ]
}

const wrapped = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter })

const RIGHT = [200, 'information informational']

test.each([
  ['POST /Patient/$validate', PATIENT, RIGHT],
  ['POST /Patient/$validate', WRONG, [200, 'error structure Patient.active', 'error code-invalid Patient.gender']],
  [
    'POST /Patient/$validate',
    wrapped({ name: 'resource', resource: WRONG }),
    [200, 'error structure Patient.active', 'error code-invalid Patient.gender'],
  ],
  ['POST /Patient/$validate', { resourceType: 'Device' }, [200, 'error structure']],
  ['POST /Patient/$validate?mode=create', PATIENT, [200, 'information informational Patient.id']],
  ['POST /Patient/a/$validate?mode=update', PATIENT, RIGHT],
  ['POST /Patient/b/$validate?mode=update', PATIENT, [200, 'error value Patient.id']],
  ['POST /Patient/$validate?profile=http://p', PATIENT, [200, 'warning not-supported profile']],
  ['POST /Patient/$validate?mode=update', { resourceType: 'Patient' }, [200, 'error value Patient.id']],
  ['POST /Patient/$validate?profile=http://hl7.org/fhir/StructureDefinition/Patient|4.0.1', PATIENT, RIGHT],
  [
    'POST /Patient/$validate?profile=http://hl7.org/fhir/StructureDefinition/Device',
    PATIENT,
    [200, 'error value profile'],
  ],
  ['GET /Patient/a/$validate', undefined, RIGHT],
  ['GET /Patient/a/$validate?mode=delete', undefined, RIGHT],
  ['GET /Patient/none/$validate?mode=delete', undefined, [200, 'information informational']],
])('%s %#', async (line, body, issues) => {
  expect(await found(line, body)).toEqual(issues)
})

test.each([
  ['GET /Patient/$validate', refused(400, 'required', '$validate needs the parameter resource', 'resource')],
  ['GET /Patient/none/$validate', refused(404, 'not-found', 'There is no Patient/none')],
  [
    'GET /Patient/a/$validate?mode=check',
    refused(400, 'value', 'mode is one of create, update, delete, profile, not "check"', 'mode'),
  ],
  [
    'GET /Patient/a/$validate?mode=profile',
    refused(400, 'value', 'mode profile needs the parameter profile', 'profile'),
  ],
])('%s is refused', async (line, answer) => {
  expect(await world.send(line)).toEqual(answer)
})

test('nothing is stored', async () => {
  world.clock.advance(world.historyLagMs)
  expect((await world.send('GET /_history')).body).toMatchObject({ entry: [{}] })
})
