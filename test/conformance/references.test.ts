/** What a deployment may ask of references: that they lead somewhere, and which version. R4 references.html */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

const patient = (id: string) => ({ resourceType: 'Patient', id })
const observation = (reference: string, more = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference },
  ...more,
})
const transaction = (...entry: readonly object[]) => ({ body: { resourceType: 'Bundle', type: 'transaction', entry } })
const post = (resource: { resourceType: string }) => ({
  resource,
  request: { method: 'POST', url: resource.resourceType },
})

afterEach(() => world.close())

describe('integrity', () => {
  beforeEach(async () => {
    world = await openRestWorld({ rules: { referenceIntegrity: 'enforced' } })
    await world.send('PUT /Patient/a', { body: patient('a') })
  })

  const dangling = (reference: string, ...expression: string[]) =>
    refused(422, 'not-found', `The reference '${reference}' leads to no resource of this server`, ...expression)

  test('a reference has to lead to a resource of this server, or away from it', async () => {
    for (const reference of [
      'Patient/a',
      'http://localhost:8080/fhir/Patient/a',
      'http://other.example/fhir/Patient/z',
    ]) {
      expect(await world.send('POST /Observation', { body: observation(reference) })).toMatchObject({ status: 201 })
    }
    expect(await world.send('POST /Observation', { body: observation('Patient/z') })).toEqual(
      dangling('Patient/z', 'Observation.subject'),
    )
    await world.send('PUT /Patient/b', { body: patient('b') })
    await world.send('DELETE /Patient/b')
    expect(await world.send('POST /Observation', { body: observation('Patient/b') })).toMatchObject({ status: 422 })
    const patch = [{ op: 'add', path: '/managingOrganization', value: { reference: 'Organization/none' } }]
    const headers = { 'content-type': 'application/json-patch+json' }
    expect(await world.send('PATCH /Patient/a', { body: patch, headers })).toMatchObject({ status: 422 })
  })

  test('within a transaction what it writes is there, and what it deletes is not', async () => {
    const urn = 'urn:uuid:6f1c9d5e-2f0f-4a86-9d0d-2f0a3f7f1b11'
    const linked = transaction(post(observation(urn)), { ...post(patient('x')), fullUrl: urn })
    expect(await world.send('POST /', linked)).toMatchObject({ status: 200 })
    const deletion = { request: { method: 'DELETE', url: 'Patient/a' } }
    expect(await world.send('POST /', transaction(post(observation('Patient/a')), deletion))).toEqual(
      refused(
        422,
        'not-found',
        "The reference 'Patient/a' leads to what the same request deletes",
        'Bundle.entry[0].resource.subject',
      ),
    )
    expect(await world.send('POST /', transaction(post(observation('Patient/z'))))).toMatchObject({ status: 422 })
  })

  test('what is referred to can not be deleted, unless what refers to it goes, too', async () => {
    await world.send('PUT /Observation/o', { body: observation('Patient/a', { id: 'o' }) })
    const blocked = refused(
      409,
      'business-rule',
      'Patient/a can not be deleted: Observation/o refers to it (patient), and may not be left alone',
    )
    const answer = await world.send('DELETE /Patient/a')
    expect(answer.status).toBe(blocked.status)
    expect(JSON.stringify(answer.body)).toContain('Observation/o refers to it')
    expect(await world.send('DELETE /Patient?_id=a')).toMatchObject({ status: 409 })
    expect(await world.send('POST /', transaction({ request: { method: 'DELETE', url: 'Patient/a' } }))).toMatchObject({
      status: 409,
      body: { issue: [{ expression: ['Bundle.entry[0]'] }] },
    })
    const conditional = { request: { method: 'DELETE', url: 'Patient?_id=a' } }
    expect(await world.send('POST /', transaction(post(patient('x')), conditional))).toMatchObject({
      status: 409,
      body: { issue: [{ expression: ['Bundle.entry[1]'] }] },
    })
    const both = ['Patient/a', 'Observation/o'].map(url => ({ request: { method: 'DELETE', url } }))
    expect(await world.send('POST /', transaction(...both))).toMatchObject({ status: 200 })
  })

  test('a reference to a version, or by a condition, holds its target as well', async () => {
    const identifier = [{ system: 'urn:mrn', value: 'c' }]
    for (const id of ['b', 'c']) await world.send(`PUT /Patient/${id}`, { body: { ...patient(id), identifier } })
    await world.send('DELETE /Patient/b')
    const versioned = observation('Patient/a/_history/1', { id: 'v' })
    expect(await world.send('PUT /Observation/v', { body: versioned })).toMatchObject({ status: 201 })
    const conditional = transaction(post(observation('Patient?identifier=urn:mrn|c')))
    expect(await world.send('POST /', conditional)).toMatchObject({ status: 200 })
    for (const id of ['a', 'c']) expect(await world.send(`DELETE /Patient/${id}`)).toMatchObject({ status: 409 })
    expect(await world.send('POST /Observation', { body: observation('Patient/b/_history/1') })).toEqual(
      dangling('Patient/b/_history/1', 'Observation.subject'),
    )
  })

  test('the statement tells', async () => {
    const { body } = await world.send('GET /metadata')
    expect(JSON.stringify(body)).toContain('"referencePolicy":["literal","logical","enforced"]')
  })
})

test('references get the version that their target has when they are written, where a rule says so', async () => {
  world = await openRestWorld({ rules: { versionedReferences: new Set(['Observation.subject']) } })
  await world.send('PUT /Patient/a', { body: patient('a') })
  await world.send('PUT /Patient/a', { body: { ...patient('a'), active: true } })
  const subjectOf = async (reference: string) => {
    const { body } = await world.send('POST /Observation', {
      body: observation(reference, { performer: [{ reference: 'Patient/a' }] }),
    })
    const { subject, performer } = body as {
      subject: { reference: string }
      performer: readonly { reference: string }[]
    }
    expect(performer).toEqual([{ reference: 'Patient/a' }])
    return subject.reference
  }
  expect(await subjectOf('Patient/a')).toBe('Patient/a/_history/2')
  expect(await subjectOf('Patient/a/_history/1')).toBe('Patient/a/_history/1')
  expect(await subjectOf('http://localhost:8080/fhir/Patient/a')).toBe(
    'http://localhost:8080/fhir/Patient/a/_history/2',
  )
  expect(await subjectOf('http://other.example/Patient/a')).toBe('http://other.example/Patient/a')
  expect(await subjectOf('Patient/none')).toBe('Patient/none')
  world.clock.advance(1000)
  const urn = 'urn:uuid:6f1c9d5e-2f0f-4a86-9d0d-2f0a3f7f1b11'
  const update = { fullUrl: urn, resource: patient('a'), request: { method: 'PUT', url: 'Patient/a' } }
  await world.send('POST /', transaction({ ...post(observation(urn, { id: 'x' })) }, update))
  const { body } = await world.send('GET /Observation?_sort=-_lastUpdated&_count=1')
  expect(JSON.stringify(body)).toContain('"subject":{"reference":"Patient/a/_history/3"}')
  expect(await world.send('GET /Observation?subject=Patient/a&_summary=count')).toMatchObject({ body: { total: 4 } })
})
