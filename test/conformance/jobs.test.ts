/** R4 async.html for Bundles, and requests that are sent again with their Idempotency-Key. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tenantOf } from '#service/index.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { SHAW } from '#test/support/patients.ts'
import { restCall } from '#test/support/rest-request.ts'
import { BASE_URL, FHIR_TYPE, openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'
import { silentLogger } from '#test/support/test-call.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

const bundle = (type: string, ...entry: readonly unknown[]) => ({ resourceType: 'Bundle', type, entry })
const post = (resource: object = SHAW) => ({ resource, request: { method: 'POST', url: 'Patient' } })
const ASYNC = { prefer: 'respond-async' }
const total = async () => (await world.send('GET /Patient?_summary=count')).body

async function submit(body: object): Promise<string> {
  const answer = await world.send('POST /', { body, headers: ASYNC })
  const location = String(answer.headers['Content-Location'])
  expect(answer).toEqual({ status: 202, headers: { 'Content-Location': location }, body: undefined })
  expect(location.startsWith(`${BASE_URL}/_jobs/`)).toBe(true)
  return location.slice(BASE_URL.length + 1)
}

const run = (path: string, afterMs = 60_000) =>
  world.service.runJob({
    tenant: tenantOf('default'),
    id: path.slice('_jobs/'.length),
    deadline: TEST_TIME + afterMs,
    logger: silentLogger,
  })

describe('a Bundle with Prefer: respond-async', () => {
  test.each(['transaction', 'batch'])('is worked on after the answer: %s', async type => {
    const path = await submit(bundle(type, post(), { request: { method: 'GET', url: 'Patient?_summary=count' } }))
    expect(await total()).toMatchObject({ total: 0 })
    expect(await world.send(`GET /${path}`)).toEqual({
      status: 202,
      headers: { 'X-Progress': 'Waiting for its turn', 'Retry-After': '1' },
      body: undefined,
    })
    expect(await run(path)).toBe('ended')
    expect(await world.send(`GET /${path}`)).toMatchObject({
      status: 200,
      headers: FHIR_TYPE,
      body: { resourceType: 'Bundle', type: `${type}-response`, entry: [{ response: { status: '201 Created' } }, {}] },
    })
    expect(await run(path)).toBe('nothing')
    expect(await total()).toMatchObject({ total: 1 })
  })

  test('that fails as a whole tells it in its status', async () => {
    const path = await submit(bundle('transaction', post({ ...SHAW, gender: 'm' })))
    await run(path)
    expect(await world.send(`GET /${path}`)).toMatchObject({
      status: 422,
      body: { resourceType: 'OperationOutcome', issue: [{ expression: ['Bundle.entry[0].resource.gender'] }] },
    })
    expect(await total()).toMatchObject({ total: 0 })
  })

  test('that is none is refused at once', async () => {
    expect(await world.send('POST /', { body: SHAW, headers: ASYNC })).toMatchObject({ status: 400 })
    expect(await world.send('POST /', { body: bundle('history', post()), headers: ASYNC })).toMatchObject({
      status: 400,
    })
    const headers = { ...ASYNC, 'idempotency-key': 'k' }
    expect(await world.send('POST /', { body: bundle('batch'), headers })).toMatchObject({ status: 400 })
  })

  test('can be given up, before and after it is done', async () => {
    for (const [ends, diagnostics] of [
      [false, 'The job had not been begun: nothing was written, and nothing will be.'],
      [true, 'The job had ended: what it has written stays written. Its result is thrown away.'],
    ] as const) {
      const path = await submit(bundle('transaction', post()))
      if (ends) await run(path)
      expect(await world.send(`DELETE /${path}`)).toEqual({
        status: 202,
        headers: FHIR_TYPE,
        body: {
          resourceType: 'OperationOutcome',
          issue: [{ severity: 'information', code: 'informational', diagnostics }],
        },
      })
      expect(await world.send(`GET /${path}`)).toMatchObject({ status: 404 })
      expect(await world.send(`DELETE /${path}`)).toMatchObject({ status: 404 })
      expect(await run(path)).toBe('nothing')
    }
    expect(await total()).toMatchObject({ total: 1 })
  })

  test('is nobody else’s, and nobody’s after a day', async () => {
    const path = await submit(bundle('transaction', post()))
    const other = restCall({ caller: { subject: 'other' }, baseUrl: BASE_URL })
    const sameUserOtherApp = restCall({ caller: { subject: 'anonymous', client: 'app' }, baseUrl: BASE_URL })
    for (const call of [other, sameUserOtherApp]) {
      expect(await world.send(`GET /${path}`, { call })).toMatchObject({ status: 404 })
      expect(await world.send(`DELETE /${path}`, { call })).toMatchObject({ status: 404 })
    }
    expect(await world.send('GET /_jobs/none')).toEqual(
      refused(404, 'not-found', "There is no job 'none', or not any more"),
    )
    world.clock.advance(24 * 60 * 60 * 1000 + 1)
    const late = restCall({ baseUrl: BASE_URL })
    expect(await world.send(`GET /${path}`, { call: late })).toMatchObject({ status: 404 })
  })

  test('of two workers at once one works on it', async () => {
    const path = await submit(bundle('transaction', post()))
    expect((await Promise.all([run(path), run(path), run(path)])).sort()).toEqual(['ended', 'taken', 'taken'])
    expect(await total()).toMatchObject({ total: 1 })
  })
})

describe('Idempotency-Key', () => {
  const KEY = { 'idempotency-key': '6f1c9d5e' }

  test('a create that is sent again has one effect and one answer', async () => {
    const first = await world.send('POST /Patient', { body: SHAW, headers: KEY })
    expect(first.status).toBe(201)
    await world.send('PUT /Patient/id-1', { body: { ...SHAW, id: 'id-1', active: false } })
    expect(await world.send('POST /Patient', { body: SHAW, headers: KEY })).toEqual(first)
    expect(await total()).toMatchObject({ total: 1 })
  })

  test('many at once are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.send('POST /Patient', { body: SHAW, headers: KEY })),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await total()).toMatchObject({ total: 1 })
  })

  test('with another request is refused', async () => {
    await world.send('POST /Patient', { body: SHAW, headers: KEY })
    const text = 'The Idempotency-Key has been used for another request: choose a new one'
    const refusal = refused(422, 'business-rule', text, 'Idempotency-Key')
    expect(await world.send('POST /Patient', { body: { ...SHAW, active: false }, headers: KEY })).toEqual(refusal)
    expect(await world.send('POST /', { body: bundle('transaction', post()), headers: KEY })).toEqual(refusal)
  })

  test('of another caller is another one', async () => {
    await world.send('POST /Patient', { body: SHAW, headers: KEY })
    const call = restCall({ caller: { subject: 'other' }, baseUrl: BASE_URL })
    expect(await world.send('POST /Patient', { body: SHAW, headers: KEY, call })).toMatchObject({ status: 201 })
    expect(await total()).toMatchObject({ total: 2 })
  })

  test('is forgotten after a day', async () => {
    await world.send('POST /Patient', { body: SHAW, headers: KEY })
    world.clock.advance(24 * 60 * 60 * 1000 + 1)
    const call = restCall({ baseUrl: BASE_URL })
    expect(await world.send('POST /Patient', { body: { ...SHAW, active: false }, headers: KEY, call })).toMatchObject({
      status: 201,
    })
  })

  test('a request that failed had no effect: it is done again', async () => {
    const wrong = { ...SHAW, gender: 'm' }
    for (let time = 1; time <= 2; time++) {
      expect(await world.send('POST /Patient', { body: wrong, headers: KEY })).toMatchObject({ status: 422 })
    }
    expect(await world.send('POST /Patient', { body: SHAW, headers: KEY })).toMatchObject({ status: 201 })
  })

  test.each(['transaction', 'batch'])('a %s that is sent again writes nothing again', async type => {
    await world.send('PUT /Patient/gone', { body: { ...SHAW, id: 'gone' } })
    const body = bundle(
      type,
      post(),
      { resource: { ...SHAW, id: 'x' }, request: { method: 'PUT', url: 'Patient/x' } },
      { request: { method: 'DELETE', url: 'Patient/gone' } },
      { request: { method: 'GET', url: 'Patient/none' } },
    )
    for (const prefer of ['return=minimal', 'return=representation']) {
      const headers = { 'idempotency-key': `${type} ${prefer}`.replaceAll(' ', '-'), prefer }
      const first = await world.send('POST /', { body, headers })
      expect(first.status).toBe(200)
      expect(await world.send('POST /', { body, headers })).toEqual(first)
    }
    expect((await world.send('GET /Patient/x')).headers.ETag).toBe('W/"2"')
  })

  test('tells nothing that is hidden by then', async () => {
    let hidden = false
    const veiled = await openRestWorld({
      policy: { permits: () => true, visible: () => ({ kind: hidden ? 'nothing' : 'everything' }) },
    })
    const body = bundle('transaction', post())
    const headers = { ...KEY, prefer: 'return=representation' }
    const other = { 'idempotency-key': 'other' }
    await veiled.send('POST /', { body, headers })
    await veiled.send('POST /Patient', { body: SHAW, headers: other })
    hidden = true
    expect(await veiled.text('POST /', { body, headers })).not.toContain('Shaw')
    expect(await veiled.send('POST /Patient', { body: SHAW, headers: other })).toMatchObject({ status: 404 })
    await veiled.close()
  })

  test('is 1 to 255 visible characters', async () => {
    for (const key of ['', 'a b', 'x'.repeat(256)]) {
      expect(await world.send('POST /Patient', { body: SHAW, headers: { 'idempotency-key': key } })).toMatchObject({
        status: 400,
      })
    }
  })
})
