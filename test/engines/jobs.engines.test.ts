/** Work after the answer over the engines, where no queue brings it to a worker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '#service/resource/content.ts'
import { type EngineWorld, startEngineWorld } from '#test/support/engine-world.ts'
import { httpClient } from '#test/support/http-client.ts'
import { eyesParameter, patientWithEyes } from '#test/support/own-parameters.ts'

let world: EngineWorld

beforeAll(async () => {
  world = await startEngineWorld()
})

afterAll(() => world.close())

const bundleOf = (type: string, family: string, count: number) => ({
  resourceType: 'Bundle',
  type,
  entry: Array.from({ length: count }, () => ({
    resource: { resourceType: 'Patient', name: [{ family }] },
    request: { method: 'POST', url: 'Patient' },
  })),
})

/** The path of the job. */
async function begin(body: object): Promise<string> {
  const { status, headers } = await httpClient(world)('POST', { body, headers: { Prefer: 'respond-async' } })
  expect(status).toBe(202)
  return (headers.get('content-location') ?? '').slice(world.baseUrl.length + 1)
}

/** The job's result, once it has one. */
async function resultOf(path: string): Promise<JsonObject> {
  for (;;) {
    const response = await fetch(`${world.baseUrl}/${path}`)
    const text = await response.text()
    if (response.status === 202) {
      // The stream tells of the job, and of how far it is.
      await world.backend.indexed()
      continue
    }
    expect({ status: response.status, text }).toMatchObject({ status: 200 })
    return JSON.parse(text) as JsonObject
  }
}

const totalOf = async (family: string) => {
  const headers = { 'Cache-Control': 'no-cache' }
  return (await httpClient(world)(`GET Patient?family=${family}&_summary=count`, { headers })).body.total
}

test.each(['batch', 'transaction'])('a %s is worked on after its answer', async type => {
  const result = await resultOf(await begin(bundleOf(type, `Later${type}`, 30)))
  expect([result.type, (result.entry as JsonObject[]).length]).toEqual([`${type}-response`, 30])
  expect(await totalOf(`Later${type}`)).toBe(30)
})

test('what was stored before a search parameter of the tenant is indexed anew', async () => {
  const send = httpClient(world)
  expect((await send('PUT Patient/old', { body: patientWithEyes('old', 'green') })).status).toBe(201)
  expect((await send('PUT SearchParameter/eyes', { body: eyesParameter() })).status).toBe(201)
  for (let status: unknown; status !== 'indexed'; ) {
    await world.backend.indexed()
    const { body } = await send('GET SearchParameter/eyes/$reindex-status')
    status = (body.parameter as JsonObject[]).find(({ name }) => name === 'status')?.valueCode
  }
  const headers = { 'Cache-Control': 'no-cache' }
  expect((await send('GET Patient?eyes=green&_summary=count', { headers })).body.total).toBe(1)
})

test('what was uploaded is worked on by its reference', async () => {
  const { status, body } = await httpClient(world)('POST $upload')
  expect(status).toBe(200)
  const given = Object.fromEntries(
    (body.parameter as JsonObject[]).map(({ name, ...value }) => [name, String(Object.values(value)[0])]),
  )
  const uploaded = await fetch(String(given.url), {
    method: 'PUT',
    headers: { 'content-type': String(given.contentType) },
    body: JSON.stringify(bundleOf('transaction', 'Uploaded', 3)),
  })
  expect(uploaded.status).toBe(200)
  const parameter = [{ name: 'reference', valueString: given.reference }]
  const result = await resultOf(await begin({ resourceType: 'Parameters', parameter }))
  expect((result.entry as JsonObject[]).length).toBe(3)
  expect(await totalOf('Uploaded')).toBe(3)
})
