/** R4 provenance.html#header */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

const PROVENANCE = {
  resourceType: 'Provenance',
  recorded: '2024-02-29T12:00:00Z',
  agent: [{ who: { reference: 'Practitioner/p' } }],
}
const PROVEN = { 'x-provenance': JSON.stringify(PROVENANCE) }
const PATIENT = { resourceType: 'Patient', identifier: [{ system: 's', value: '1' }], active: true }
const JSON_PATCH = { 'content-type': 'application/json-patch+json' }

async function targets(): Promise<readonly string[]> {
  const { body } = await world.send('GET /Provenance?_sort=_lastUpdated')
  const { entry = [] } = body as { entry?: readonly { resource: { target: readonly [{ reference: string }] } }[] }
  return entry.map(({ resource }) => resource.target[0].reference)
}

test('each write comes with a Provenance of the very version', async () => {
  const lines = [
    ['POST /Patient', { body: PATIENT }, 201],
    ['PUT /Patient/a', { body: { ...PATIENT, id: 'a' } }, 201],
    ['PUT /Patient?identifier=s|2', { body: { ...PATIENT, identifier: [{ system: 's', value: '2' }] } }, 201],
    ['PATCH /Patient/a', { body: [{ op: 'remove', path: '/active' }], headers: JSON_PATCH }, 200],
    ['PATCH /Patient?identifier=s|2', { body: [{ op: 'remove', path: '/active' }], headers: JSON_PATCH }, 200],
    ['DELETE /Patient/a', {}, 204],
  ] as const
  for (const [line, parts, status] of lines) {
    const headers = { ...('headers' in parts && parts.headers), ...PROVEN }
    expect({ line, status: (await world.send(line, { ...parts, headers })).status }).toEqual({ line, status })
    world.clock.advance(1000)
  }
  const [created = '', , conditional = '', ...rest] = await targets()
  expect(created).toMatch(/^Patient\/id-\d+\/_history\/1$/)
  expect(conditional).toMatch(/^Patient\/id-\d+\/_history\/1$/)
  expect(rest).toEqual(['Patient/a/_history/2', conditional.replace(/1$/, '2'), 'Patient/a/_history/3'])
})

test('the answer is that of the write alone', async () => {
  const alone = await world.send('PUT /Patient/a', { body: { ...PATIENT, id: 'a' } })
  await world.close()
  world = await openRestWorld()
  expect(await world.send('PUT /Patient/a', { body: { ...PATIENT, id: 'a' }, headers: PROVEN })).toEqual(alone)
})

test('nothing that is written, no Provenance', async () => {
  await world.send('PUT /Patient/a', { body: { ...PATIENT, id: 'a' } })
  const headers = { ...PROVEN, 'if-none-exist': 'identifier=s|1' }
  expect(await world.send('POST /Patient', { body: PATIENT, headers })).toMatchObject({
    status: 200,
    headers: { ETag: 'W/"1"' },
  })
  const same = { body: [{ op: 'test', path: '/active', value: true }], headers: { ...JSON_PATCH, ...PROVEN } }
  expect(await world.send('PATCH /Patient/a', same)).toMatchObject({ status: 200, headers: { ETag: 'W/"1"' } })
  expect(await world.send('DELETE /Patient/none', { headers: PROVEN })).toMatchObject({ status: 204 })
  expect(await targets()).toEqual([])
})

test('what is wrong with either is told in its own terms, and nothing is written', async () => {
  const wrong = { ...PATIENT, gender: 'm' }
  expect(await world.send('POST /Patient', { body: wrong, headers: PROVEN })).toMatchObject({
    status: 422,
    body: { issue: [{ expression: ['Patient.gender'] }] },
  })
  const unfinished = { 'x-provenance': JSON.stringify({ ...PROVENANCE, agent: undefined }) }
  expect(await world.send('POST /Patient', { body: PATIENT, headers: unfinished })).toMatchObject({
    status: 422,
    body: { issue: [{ expression: ['X-Provenance.agent'] }] },
  })
  const headers = { ...PROVEN, 'if-match': 'W/"7"' }
  expect(await world.send('PUT /Patient/a', { body: { ...PATIENT, id: 'a' }, headers })).toMatchObject({ status: 412 })
  world.clock.advance(world.historyLagMs)
  expect((await world.send('GET /_history')).body).not.toHaveProperty('entry')
})

test.each([
  ['nonsense', 'X-Provenance is a Provenance resource as JSON'],
  ['', 'X-Provenance is a Provenance resource as JSON'],
  ['{"resourceType":"Patient"}', 'X-Provenance is a Provenance resource as JSON'],
  [
    JSON.stringify({ ...PROVENANCE, target: [{ reference: 'Patient/x' }] }),
    'The Provenance of X-Provenance has no target: that is what the request writes',
  ],
])('%s is refused', async (header, diagnostics) => {
  expect(await world.send('POST /Patient', { body: PATIENT, headers: { 'x-provenance': header } })).toEqual(
    refused(400, 'invalid', diagnostics, 'X-Provenance'),
  )
})
