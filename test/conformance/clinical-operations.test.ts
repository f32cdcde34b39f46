/** $lastn of observations and $docref of documents. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

const LOINC = 'http://loinc.org'

const observation = (id: string, code: object, date: string, patient = 'a') => ({
  ...{ resourceType: 'Observation', id, status: 'final', code, effectiveDateTime: date },
  subject: { reference: `Patient/${patient}` },
})

const weight = { coding: [{ system: LOINC, code: '29463-7' }] }
const weightToo = {
  coding: [
    { system: 'urn:local', code: 'w' },
    { system: LOINC, code: '29463-7' },
  ],
}

const document = (id: string, code: string, date: string, start: string, end: string) => ({
  ...{ resourceType: 'DocumentReference', id, status: 'current', subject: { reference: 'Patient/a' }, date },
  type: { coding: [{ system: LOINC, code }] },
  content: [{ attachment: { url: `Binary/${id}` } }],
  context: { period: { start, end } },
})

beforeAll(async () => {
  world = await openRestWorld()
  const resources = [
    { resourceType: 'Patient', id: 'a' },
    { resourceType: 'Patient', id: 'b' },
    observation('w1', weight, '2020-01-01'),
    observation('w2', weightToo, '2021-01-01'),
    observation('w3', weight, '2022-01-01'),
    observation('t1', { text: 'Mood' }, '2019-01-01'),
    observation('t2', { text: ' mood ' }, '2023-01-01'),
    observation('b1', weight, '2024-01-01', 'b'),
    document('d1', '34133-9', '2020-01-01T00:00:00Z', '2020-01-01', '2020-01-31'),
    document('d2', '34133-9', '2022-01-01T00:00:00Z', '2022-01-01', '2022-01-31'),
    document('d3', '11488-4', '2023-01-01T00:00:00Z', '2023-01-01', '2023-01-31'),
  ]
  for (const resource of resources) {
    const { status } = await world.send(`PUT /${resource.resourceType}/${resource.id}`, { body: resource })
    expect(status).toBe(201)
  }
})

afterAll(() => world.close())

const idsOf = async (line: string, parts = {}): Promise<readonly string[]> => {
  const { body } = await world.send(line, parts)
  const { entry = [] } = body as { entry?: readonly { resource: { id?: string; resourceType: string } }[] }
  return entry.map(({ resource }) => resource.id ?? resource.resourceType)
}

test.each([
  ['patient=a', ['t2', 'w3']],
  ['subject=Patient/a&max=2', ['t2', 't1', 'w3', 'w2']],
  [`patient=a&code=${LOINC}|29463-7&max=5`, ['w3', 'w2', 'w1']],
  ['patient=a&date=lt2022', ['w2', 't1']],
  ['patient=nobody', []],
])('$lastn?%s', async (query, ids) => {
  expect(await idsOf(`GET /Observation/$lastn?${query}`)).toEqual(ids)
})

test('$lastn takes its criteria in Parameters, too', async () => {
  const parameter = [
    { name: 'patient', valueString: 'a' },
    { name: 'max', valuePositiveInt: 1 },
    { name: 'code', valueUri: 'w' },
  ]
  expect(await idsOf('POST /Observation/$lastn', { body: { resourceType: 'Parameters', parameter } })).toEqual(['w2'])
})

test.each([
  ['GET /Observation/$lastn', refused(400, 'required', '$lastn needs patient or subject', 'patient')],
  [
    'GET /Observation/$lastn?patient=a&_contained=both',
    refused(400, 'not-supported', '$lastn takes no _contained', '_contained'),
  ],
  ['GET /Observation/$lastn?patient=a&_sort=date', refused(400, 'not-supported', '$lastn takes no _sort', '_sort')],
  [
    'GET /Observation/$lastn?patient=a&max=0',
    refused(400, 'value', 'max "0" must be an integer from 1 to 2147483647 (positiveInt)', 'max'),
  ],
  ['GET /DocumentReference/$docref', refused(400, 'required', '$docref needs the parameter patient', 'patient')],
])('%s is refused', async (line, answer) => {
  expect(await world.send(line)).toEqual(answer)
})

test.each([
  ['patient=a', ['d2']],
  [`patient=a&type=${LOINC}|11488-4`, ['d3']],
  ['patient=a&start=2019-06-01', ['d2', 'd1']],
  ['patient=a&start=2020-01-15&end=2021-01-01', ['d1']],
  ['patient=b', []],
  ['patient=a&on-demand=true', ['OperationOutcome']],
])('$docref?%s', async (query, ids) => {
  expect(await idsOf(`GET /DocumentReference/$docref?${query}`)).toEqual(ids)
})
