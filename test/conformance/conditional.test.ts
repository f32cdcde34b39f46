/** R4 http.html#cond-update, #3.1.0.7.1 (conditional delete), #ccreate: what races leave, and who may see what. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AccessPolicy, FhirService } from '#service/index.ts'
import {
  BASE_URL,
  FHIR_TYPE,
  openRestWorld,
  type RestAnswer,
  type RestWorld,
  refused,
  stamped,
  versionHeaders,
} from '#test/support/rest-world.ts'

const IDENTIFIER = [{ system: 'urn:mrn', value: '7' }]
const PATIENT = { resourceType: 'Patient', identifier: IDENTIFIER, gender: 'male' }
const CONDITION = 'Patient?identifier=urn:mrn|7'
const TEXT = 'Patient?identifier=urn:mrn%7C7'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

const put = (parts = {}) => world.send(`PUT /${CONDITION}`, { body: PATIENT, ...parts })

const statusOf = ({ status }: RestAnswer): number => status

describe('a conditional update', () => {
  test('creates where nothing matches, then updates what it has created', async () => {
    const first = { id: 'id-1', version: 1 }
    expect(await put()).toEqual({
      status: 201,
      headers: {
        ...FHIR_TYPE,
        ...versionHeaders(first),
        Location: `${BASE_URL}/Patient/id-1/_history/1`,
        'Content-Location': `${BASE_URL}/Patient/id-1/_history/1`,
      },
      body: stamped(PATIENT, first),
    })
    world.clock.advance(1000)
    const second = { id: 'id-1', version: 2, afterMs: 1000 }
    const body = { ...PATIENT, gender: 'female' }
    expect(await put({ body })).toEqual({
      status: 200,
      headers: {
        ...FHIR_TYPE,
        ...versionHeaders(second),
        'Content-Location': `${BASE_URL}/Patient/id-1/_history/2`,
      },
      body: stamped(body, second),
    })
  })

  test('creates at the id of the resource, where it has one', async () => {
    expect(await put({ body: { ...PATIENT, id: 'mine' } })).toMatchObject({ status: 201, body: { id: 'mine' } })
    expect(await put({ body: { ...PATIENT, id: 'mine' } })).toMatchObject({ status: 200, headers: { ETag: 'W/"2"' } })
  })

  test('refuses another id than that of the match', async () => {
    await put({ body: { ...PATIENT, id: 'mine' } })
    expect(await put({ body: { ...PATIENT, id: 'other' } })).toEqual(
      refused(
        400,
        'value',
        `The condition '${TEXT}' matches Patient/mine, but the resource has the id 'other'`,
        'Patient.id',
      ),
    )
  })

  test('refuses an id that another resource has', async () => {
    await world.send('PUT /Patient/mine', { body: { resourceType: 'Patient', id: 'mine' } })
    expect(await put({ body: { ...PATIENT, id: 'mine' } })).toEqual(
      refused(412, 'conflict', `Patient/mine is there already, and does not match '${TEXT}'`),
    )
  })

  test('refuses several matches', async () => {
    for (const id of ['a', 'b']) await world.send(`PUT /Patient/${id}`, { body: { ...PATIENT, id } })
    expect(await put()).toEqual(
      refused(412, 'multiple-matches', `The condition '${TEXT}' matches more than one resource`),
    )
  })

  test('keeps to If-Match', async () => {
    expect(await put({ headers: { 'if-match': '*' } })).toMatchObject({ status: 412 })
    await put()
    expect(await put({ headers: { 'if-match': 'W/"2"' } })).toMatchObject({ status: 412 })
    expect(await put({ headers: { 'if-match': 'W/"1"' } })).toMatchObject({ status: 200 })
  })

  test('refuses a condition that restricts nothing, and content that is not valid', async () => {
    expect(await world.send('PUT /Patient', { body: PATIENT })).toMatchObject({ status: 400 })
    expect(await put({ body: { ...PATIENT, gender: 'm' } })).toMatchObject({ status: 422 })
    expect(await world.send('GET /Patient?_summary=count')).toMatchObject({ body: { total: 0 } })
  })
})

describe('50 at once leave one resource', () => {
  test('of conditional creates: one 201, 49 times 200, all with that resource', async () => {
    const headers = { 'if-none-exist': 'identifier=urn:mrn|7' }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => world.send('POST /Patient', { body: PATIENT, headers })),
    )
    expect(answers.map(statusOf).sort()).toEqual([...Array(49).fill(200), 201])
    expect(new Set(answers.map(({ headers: { ETag, Location } }) => `${ETag} ${Location}`)).size).toBe(1)
    expect(await world.send(`GET /${CONDITION}&_summary=count`)).toMatchObject({ body: { total: 1 } })
  })

  test('of conditional updates: one 201, the others its versions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => put({ body: { ...PATIENT, multipleBirthInteger: index } })),
    )
    const written = answers.filter(({ status }) => status !== 409)
    expect(written.map(statusOf).filter(status => status === 201)).toHaveLength(1)
    expect(new Set(written.map(statusOf))).toEqual(new Set([200, 201]))
    expect(await world.send(`GET /${CONDITION}&_summary=count`)).toMatchObject({ body: { total: 1 } })
    const versions = written.map(({ headers }) => headers.ETag).sort()
    expect(new Set(versions).size).toBe(written.length)
  })
})

describe('a conditional delete', () => {
  test('of the one match, of none, of several', async () => {
    await put()
    world.clock.advance(1000)
    const line = `DELETE /${CONDITION}`
    expect(await world.send(line)).toEqual({
      status: 204,
      headers: versionHeaders({ id: 'id-1', version: 2, afterMs: 1000 }),
      body: undefined,
    })
    expect(await world.send('GET /Patient/id-1')).toMatchObject({ status: 410 })
    expect(await world.send(line)).toEqual({ status: 204, headers: {}, body: undefined })
    for (const id of ['a', 'b']) await world.send(`PUT /Patient/${id}`, { body: { ...PATIENT, id } })
    expect(await world.send(line)).toEqual(
      refused(
        412,
        'multiple-matches',
        `The condition '${TEXT}' matches more than one resource, which is as many as one request may delete: nothing ` +
          'was deleted',
      ),
    )
    expect(await world.send('DELETE /Patient')).toMatchObject({ status: 400 })
  })

  test('of as many as the limit allows, with their count', async () => {
    const wide = await openRestWorld({ rules: { conditionalDeleteMax: 3 } })
    const ids = ['a', 'b', 'c', 'd']
    for (const id of ids) await wide.send(`PUT /Patient/${id}`, { body: { ...PATIENT, id } })
    expect(await wide.send(`DELETE /${CONDITION}`)).toMatchObject({ status: 412 })
    await wide.send('DELETE /Patient/d')
    const headers = { prefer: 'return=OperationOutcome' }
    expect(await wide.send(`DELETE /${CONDITION}`, { headers })).toEqual({
      status: 200,
      headers: FHIR_TYPE,
      body: {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'information', code: 'informational', diagnostics: '3 resources were deleted' }],
      },
    })
    for (const id of ids) expect(await wide.send(`GET /Patient/${id}`)).toMatchObject({ status: 410 })
    await wide.close()
  })
})

describe('If-Match required by rule', () => {
  let strict: RestWorld

  beforeEach(async () => {
    strict = await openRestWorld({ rules: { ifMatch: 'required' } })
    await strict.send('PUT /Patient/a', { body: { ...PATIENT, id: 'a' } })
  })

  afterEach(() => strict.close())

  const body = { ...PATIENT, id: 'a', gender: 'female' }
  const patch = {
    body: [{ op: 'remove', path: '/gender' }],
    headers: { 'content-type': 'application/json-patch+json' },
  }

  test.each([
    ['PUT /Patient/a', { body }],
    [`PUT /${CONDITION}`, { body }],
    ['PATCH /Patient/a', patch],
    [`PATCH /${CONDITION}`, patch],
    ['DELETE /Patient/a', {}],
    [`DELETE /${CONDITION}`, {}],
  ] as const)('%s without it is 412, with it fine', async (line, parts) => {
    expect(await strict.send(line, parts)).toEqual(
      refused(
        412,
        'conflict',
        'Patient/a: this server wants If-Match with the version that is to be changed, such as W/"3"',
      ),
    )
    const headers = { ...('headers' in parts && parts.headers), 'if-match': 'W/"1"' }
    expect([200, 204]).toContain((await strict.send(line, { ...parts, headers })).status)
  })

  test('the statement tells', async () => {
    const { body: statement } = await strict.send('GET /metadata')
    const { rest } = statement as { rest: [{ resource: readonly { versioning: string }[] }] }
    expect(new Set(rest[0].resource.map(({ versioning }) => versioning))).toEqual(new Set(['versioned-update']))
  })
})

test('of what a policy hides, no condition finds anything', async () => {
  let hidden = false
  const policy: AccessPolicy = {
    permits: () => true,
    visible: () => ({ kind: hidden ? 'nothing' : 'everything' }),
  }
  const veiled = await openRestWorld({ policy })
  const service: FhirService = veiled.service
  expect(service).toBeDefined()
  await veiled.send('PUT /Patient/a', { body: { ...PATIENT, id: 'a' } })
  hidden = true
  expect(await veiled.send(`DELETE /${CONDITION}`)).toMatchObject({ status: 204, headers: {} })
  const patch = { body: [], headers: { 'content-type': 'application/json-patch+json' } }
  expect(await veiled.send(`PATCH /${CONDITION}`, patch)).toMatchObject({ status: 404 })
  expect(await veiled.send('PATCH /Patient/a', patch)).toMatchObject({ status: 403 })
  expect(await veiled.send(`PUT /${CONDITION}`, { body: PATIENT })).toMatchObject({ status: 403 })
  hidden = false
  expect(await veiled.send('GET /Patient/a')).toMatchObject({ status: 200, headers: { ETag: 'W/"1"' } })
  await veiled.close()
})
