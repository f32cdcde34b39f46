/** Bodies and answers that are too large for a request: by way of an object store with a door of its own. */
import { beforeEach, expect, test } from 'vitest'
import { createRestDoor } from '#rest/door.ts'
import { createFhirService, type FhirService, UPLOAD } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import type { ObjectStore } from '#service/ports/object-store.ts'
import { type MemoryPorts, memoryPorts, TEST_TIME } from '#test/support/memory-ports.ts'
import { restCall, restRequest, textOf } from '#test/support/rest-request.ts'
import { silentLogger } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'

const ANN = restCall({ caller: { subject: 'ann' } })
const BOB = restCall({ caller: { subject: 'bob' } })
const ASYNC = { prefer: 'respond-async' }

let ports: MemoryPorts
let service: FhirService

/** What was asked of the store's own door. */
let presigned: { readonly key: string; readonly method: string; readonly seconds: number }[]

beforeEach(() => {
  ports = memoryPorts()
  presigned = []
  const { objects: kept } = ports
  invariant(kept, 'there is an object store')
  const objects: ObjectStore = {
    ...kept,
    async presign(_tenant, key, { method, seconds }) {
      presigned.push({ key, method, seconds })
      return `https://objects.example.org/${key}?signature=${method}`
    },
  }
  service = createFhirService({ ports: { ...ports, objects }, definitions: testDefinitions, operations: [UPLOAD] })
})

async function send(line: string, call = ANN, body?: object, headers: Readonly<Record<string, string>> = {}) {
  const sent = body
    ? { body: JSON.stringify(body), headers: { 'content-type': 'application/fhir+json', ...headers } }
    : {}
  const answer = await createRestDoor(service)(restRequest(line, { call, ...sent }))
  const { body: text } = textOf(answer)
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
}

const valueIn = (parameters: unknown, name: string): string => {
  const { parameter } = parameters as { readonly parameter: readonly Record<string, string>[] }
  const { name: _name, ...value } = parameter.find(each => each.name === name) ?? {}
  return Object.values(value)[0] ?? ''
}

/** Gets a place and puts the text there. */
async function upload(text: string | undefined, call = ANN): Promise<object> {
  const { status, body } = await send('POST /$upload', call)
  expect(status).toBe(200)
  const key = new URL(valueIn(body, 'url')).pathname.slice(1)
  if (text !== undefined) {
    const options = { contentType: valueIn(body, 'contentType'), deadline: call.deadline }
    await ports.objects?.put(call.tenant, key, new TextEncoder().encode(text), options)
  }
  return { resourceType: 'Parameters', parameter: [{ name: 'reference', valueString: valueIn(body, 'reference') }] }
}

async function work(location: string): Promise<void> {
  const [, id = ''] = location.split('/_jobs/')
  const run = { tenant: ANN.tenant, id, deadline: TEST_TIME + 60_000, logger: silentLogger }
  expect(await service.runJob(run)).toBe('ended')
}

const bundle = (...families: readonly string[]) => ({
  resourceType: 'Bundle',
  type: 'batch',
  entry: families.map(family => ({
    resource: { resourceType: 'Patient', name: [{ family }] },
    request: { method: 'POST', url: 'Patient' },
  })),
})

test('a Bundle that was uploaded is worked on by its reference', async () => {
  const reference = await upload(JSON.stringify(bundle('Shaw', 'Grey')))
  expect(presigned).toEqual([{ key: expect.stringMatching(/^passing\/uploads\//), method: 'PUT', seconds: 900 }])
  const { status, headers } = await send('POST /', ANN, reference, ASYNC)
  expect(status).toBe(202)
  const location = headers['Content-Location'] ?? ''
  await work(location)
  expect(await send(`GET ${location.slice(ANN.baseUrl.length)}`)).toMatchObject({
    status: 200,
    body: { type: 'batch-response', entry: [{ response: { status: '201 Created' } }, {}] },
  })
  expect((await send('GET /Patient?family=grey')).body).toMatchObject({ total: 1 })
})

test('what is wrong with it is told by its status', async () => {
  const reference = await upload('{"resourceType":')
  const { headers } = await send('POST /', ANN, reference, ASYNC)
  const location = headers['Content-Location'] ?? ''
  await work(location)
  expect(await send(`GET ${location.slice(ANN.baseUrl.length)}`)).toMatchObject({
    status: 400,
    body: { resourceType: 'OperationOutcome' },
  })
})

test('a reference is of use to whom it was given, once something is there, for an hour', async () => {
  const reference = await upload(JSON.stringify(bundle('Shaw')))
  const nothing = await upload(undefined)
  const unknown = { resourceType: 'Parameters', parameter: [{ name: 'reference', valueString: 'abc' }] }
  const refused = async (body: object, call = ANN) => (await send('POST /', call, body, ASYNC)).status
  expect(await refused(reference, BOB)).toBe(404)
  expect(await refused(nothing)).toBe(404)
  expect(await refused(unknown)).toBe(404)
  expect(await refused({ resourceType: 'Parameters' })).toBe(400)
  ports.clock.advance(3_600_001)
  expect(await refused(reference)).toBe(404)
  expect(ports.changes).toEqual([])
})

test('a large answer is fetched where it is, a small one comes at once', async () => {
  const large = bundle(...Array.from({ length: 3000 }, (_, index) => `${index}`.repeat(200)))
  const { headers } = await send('POST /', ANN, large, { prefer: 'respond-async, return=representation' })
  const location = headers['Content-Location'] ?? ''
  await work(location)
  const answer = await send(`GET ${location.slice(ANN.baseUrl.length)}`)
  expect(answer).toMatchObject({ status: 303, headers: { 'Cache-Control': 'private, no-store' }, body: undefined })
  expect(answer.headers.Location).toMatch(/^https:\/\/objects\.example\.org\/passing\/jobs\/.*signature=GET$/)
  expect((await send(`GET ${location.slice(ANN.baseUrl.length)}`, BOB)).status).toBe(404)
})

test('where the store has no door of its own there is no such operation', async () => {
  service = createFhirService({ ports, definitions: testDefinitions })
  expect((await send('POST /$upload')).status).toBe(404)
  service = createFhirService({ ports, definitions: testDefinitions, operations: [UPLOAD] })
  expect(await send('POST /$upload')).toMatchObject({
    status: 501,
    body: { issue: [{ diagnostics: 'This server takes no uploads: send the Bundle itself' }] },
  })
})
