import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import {
  type CreateRequest,
  type FhirService,
  fault,
  type JsonValue,
  type Revealed,
  type SearchRequest,
  type WriteResult,
} from '#service/index.ts'
import { fakeService } from '#test/support/fake-service.ts'
import { FHIR_JSON_BODY, jsonOf, type RequestParts, restRequest, textOf } from '#test/support/rest-request.ts'
import { createRestDoor } from './door.ts'
import type { HttpOptions } from './http-manners.ts'

const BODY = '{"resourceType":"Patient","id":"1","multipleBirthInteger":1.0}'

const VERSION: Revealed = {
  type: 'Patient',
  id: '1',
  versionId: 3,
  lastUpdated: Date.UTC(2024, 1, 3, 4, 5, 6, 789),
  method: 'PUT',
  deleted: false,
  compartments: [],
  securityLabels: [],
  body: new TextEncoder().encode(BODY),
  content: () => JSON.parse(BODY),
}

const COMMON = {
  'Cache-Control': 'private, no-cache',
  Vary: 'Accept, Accept-Encoding, Authorization, Origin',
  'X-Request-Id': 'request-1',
}
const FHIR = { ...COMMON, 'Content-Type': 'application/fhir+json; charset=utf-8' }
const OF_VERSION = { ETag: 'W/"3"', 'Last-Modified': 'Sat, 03 Feb 2024 04:05:06 GMT' }
const VERSION_URL = 'http://localhost:8080/fhir/Patient/1/_history/3'

const send = async (operations: Partial<FhirService>, line: string, parts?: RequestParts, options?: HttpOptions) =>
  createRestDoor(fakeService(operations), options)(restRequest(line, parts))

/** An operation that keeps what it was asked. */
function spy<Request, Result>(result: Result) {
  const requests: Request[] = []
  const operation = async (_call: unknown, request: Request): Promise<Result> => {
    requests.push(request)
    return result
  }
  return { requests, operation }
}

const outcome = (code: string, diagnostics: string, expression?: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, diagnostics, ...(expression && { expression: [expression] }) }],
})

const found = { read: async () => ({ kind: 'found', version: VERSION }) as const }

test('read hands the stored bytes on', async () => {
  const response = await send(found, 'GET /Patient/1')
  expect(textOf(response)).toEqual({ status: 200, headers: { ...FHIR, ...OF_VERSION }, body: BODY })
  expect(response.body).toBe(VERSION.body)
})

test('read passes on what the client has and which view it wants', async () => {
  const { requests, operation } = spy({ kind: 'not-modified', version: VERSION } as const)
  const headers = { 'if-none-match': 'W/"3"' }
  const response = await send({ read: operation }, 'GET /Patient/1?_summary=text&_elements=id,name', { headers })
  expect(requests).toEqual([
    { type: 'Patient', id: '1', ifNoneMatch: ['3'], view: { summary: 'text', elements: ['id', 'name'] } },
  ])
  expect(textOf(response)).toEqual({ status: 304, headers: { ...COMMON, ...OF_VERSION }, body: '' })
})

test('vread', async () => {
  const { requests, operation } = spy({ kind: 'found', version: VERSION } as const)
  const response = await send({ vread: operation }, 'GET /Patient/1/_history/3')
  expect(requests).toEqual([{ type: 'Patient', id: '1', versionId: '3', view: {} }])
  expect(textOf(response)).toEqual({ status: 200, headers: { ...FHIR, ...OF_VERSION }, body: BODY })
})

test('HEAD is GET without the body', async () => {
  expect(textOf(await send(found, 'HEAD /Patient/1'))).toEqual({
    status: 200,
    headers: { ...FHIR, ...OF_VERSION, 'Content-Length': String(BODY.length) },
    body: '',
  })
})

test('HEAD that finds nothing new has no length, as the body that it speaks of has another one', async () => {
  const read = async () => ({ kind: 'not-modified', version: VERSION }) as const
  const response = await send({ read }, 'HEAD /Patient/1', { headers: { 'if-none-match': 'W/"3"' } })
  expect(textOf(response)).toEqual({ status: 304, headers: { ...COMMON, ...OF_VERSION }, body: '' })
})

test.each([
  ['POST /Patient', 'application/fhir+json', 'The request has no body: send the resource'],
  ['PUT /Patient/1', 'application/fhir+xml', 'The request has no body: send the resource'],
  ['POST /', 'application/fhir+json', 'The request has no body: send the resource'],
  ['PATCH /Patient/1', 'application/json-patch+json', 'The request has no body: send the patch'],
  ['PATCH /Patient/1', 'application/merge-patch+json', 'The request has no body: send the patch'],
  ['PATCH /Patient/1', 'application/xml-patch+xml', 'The request has no body: send the patch'],
  ['PATCH /Patient/1', 'application/fhir+json', 'The request has no body: send the resource'],
])('%s without a body of %s is refused', async (line, contentType, diagnostics) => {
  const { status, body } = textOf(await send({}, line, { headers: { 'content-type': contentType } }))
  expect([status, JSON.parse(body)]).toEqual([
    400,
    { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'structure', diagnostics }] },
  ])
})

test('_pretty breaks lines and keeps decimals', async () => {
  const { headers, body } = textOf(await send(found, 'GET /Patient/1?_pretty=true&_format=application/json'))
  expect(headers['Content-Type']).toBe('application/json; charset=utf-8')
  expect(body).toBe('{\n  "resourceType": "Patient",\n  "id": "1",\n  "multipleBirthInteger": 1.0\n}\n')
})

const created: WriteResult = { kind: 'created', version: VERSION }

test('create', async () => {
  const { requests, operation } = spy<CreateRequest, WriteResult>(created)
  const headers = { ...FHIR_JSON_BODY, 'if-none-exist': '?identifier=a|b' }
  const response = await send({ create: operation }, 'POST /Patient', { headers, body: BODY })
  expect(requests).toEqual([{ type: 'Patient', content: expect.anything(), ifNoneExist: 'identifier=a|b' }])
  expect(JSON.stringify(requests[0]?.content)).toBe(BODY)
  expect(textOf(response)).toEqual({
    status: 201,
    headers: { ...FHIR, ...OF_VERSION, Location: VERSION_URL, 'Content-Location': VERSION_URL },
    body: BODY,
  })
})

test.each([
  ['created', 201, { Location: VERSION_URL }, 'was created'],
  ['unchanged', 200, { Location: VERSION_URL }, 'is as it was asked for already: nothing was changed'],
  ['updated', 200, {}, 'was updated'],
] as const)('a write that %s, with each return preference', async (kind, status, location, text) => {
  const service = { update: async () => ({ kind, version: VERSION }) }
  const put = (prefer: string) =>
    send(service, 'PUT /Patient/1', { headers: { ...FHIR_JSON_BODY, prefer: `return=${prefer}` }, body: BODY })
  expect(textOf(await put('minimal'))).toEqual({
    status,
    headers: { ...COMMON, ...OF_VERSION, ...location },
    body: '',
  })
  expect(textOf(await put('representation'))).toEqual({
    status,
    headers: { ...FHIR, ...OF_VERSION, ...location, 'Content-Location': VERSION_URL },
    body: BODY,
  })
  expect(jsonOf(await put('OperationOutcome'))).toEqual({
    status,
    headers: { ...FHIR, ...OF_VERSION, ...location },
    body: {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', code: 'informational', diagnostics: `Patient/1/_history/3 ${text}` }],
    },
  })
})

test('update passes If-Match on', async () => {
  const { requests, operation } = spy({ kind: 'updated', version: VERSION } as const)
  const headers = { ...FHIR_JSON_BODY, 'if-match': 'W/"2"' }
  await send({ update: operation }, 'PUT /Patient/1', { headers, body: '{"id":"1"}' })
  expect(requests).toEqual([{ type: 'Patient', id: '1', content: { id: '1' }, ifMatch: '2' }])
})

test('delete', async () => {
  const { requests, operation } = spy({ version: VERSION })
  const service = { delete: operation }
  const gone = await send(service, 'DELETE /Patient/1', { headers: { 'if-match': 'W/"2"' } })
  expect(requests).toEqual([{ type: 'Patient', id: '1', ifMatch: '2' }])
  expect(textOf(gone)).toEqual({ status: 204, headers: { ...COMMON, ...OF_VERSION }, body: '' })
  const told = await send(service, 'DELETE /Patient/1', { headers: { prefer: 'return=OperationOutcome' } })
  expect(jsonOf(told)).toEqual({
    status: 200,
    headers: { ...FHIR, ...OF_VERSION },
    body: {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', code: 'informational', diagnostics: 'Patient/1 was deleted' }],
    },
  })
  const nothing = await send({ delete: async () => ({ version: undefined }) }, 'DELETE /Patient/1')
  expect(textOf(nothing)).toEqual({ status: 204, headers: COMMON, body: '' })
})

const PAGE = {
  matches: [VERSION],
  includes: [],
  issues: [],
  total: undefined,
  countOnly: false,
  self: [['name', 'eve']],
  first: undefined,
  next: undefined,
} as const

const SEARCHSET = {
  resourceType: 'Bundle',
  type: 'searchset',
  link: [{ relation: 'self', url: 'http://localhost:8080/fhir/Patient?name=eve' }],
  entry: [
    {
      fullUrl: 'http://localhost:8080/fhir/Patient/1',
      resource: JSON.parse(BODY) as JsonValue,
      search: { mode: 'match' },
    },
  ],
}

test('search', async () => {
  const { requests, operation } = spy<SearchRequest, typeof PAGE>(PAGE)
  const headers = { prefer: 'handling=lenient', 'cache-control': 'no-cache' }
  const response = await send({ search: operation }, 'GET /Patient?name=eve&_format=json', { headers })
  expect(requests).toEqual([{ type: 'Patient', parameters: [['name', 'eve']], handling: 'lenient', consistent: true }])
  const link = [{ relation: 'self', url: 'http://localhost:8080/fhir/Patient?name=eve&_format=json' }]
  expect(jsonOf(response)).toEqual({ status: 200, headers: FHIR, body: { ...SEARCHSET, link } })
})

test('search by POST merges the form with the query', async () => {
  const { requests, operation } = spy<SearchRequest, typeof PAGE>(PAGE)
  const response = await send({ search: operation }, 'POST /Patient/_search?_count=3', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=eve+ann&identifier=a%7Cb',
  })
  expect(requests).toEqual([
    {
      type: 'Patient',
      parameters: [
        ['_count', '3'],
        ['name', 'eve ann'],
        ['identifier', 'a|b'],
      ],
    },
  ])
  expect(response.status).toBe(200)
})

test('_format and _pretty in a form are not taken for search parameters', async () => {
  const { requests, operation } = spy<SearchRequest, typeof PAGE>(PAGE)
  const post = async (body: string) =>
    textOf(
      await send({ search: operation }, 'POST /Patient/_search', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      }),
    )
  const { headers, body } = await post('name=eve&_format=application/json&_pretty=true')
  expect(requests).toEqual([{ type: 'Patient', parameters: [['name', 'eve']] }])
  expect(headers['Content-Type']).toBe('application/json; charset=utf-8')
  expect(body).toMatch(/^{\n {2}"resourceType": "Bundle",\n/)
  expect((await post('name=eve&_format=turtle')).status).toBe(406)
})

test('history of an instance', async () => {
  const { requests, operation } = spy({
    versions: [VERSION],
    creations: new Set<number>(),
    total: 3,
    self: [],
    next: undefined,
  })
  const response = await send({ history: operation }, 'GET /Patient/1/_history?_count=1')
  expect(requests).toEqual([{ type: 'Patient', id: '1', parameters: [['_count', '1']] }])
  expect(jsonOf(response)).toEqual({
    status: 200,
    headers: FHIR,
    body: {
      resourceType: 'Bundle',
      type: 'history',
      total: 3,
      link: [{ relation: 'self', url: 'http://localhost:8080/fhir/Patient/1/_history' }],
      entry: [
        {
          fullUrl: 'http://localhost:8080/fhir/Patient/1',
          resource: JSON.parse(BODY),
          request: { method: 'PUT', url: 'Patient/1' },
          response: { status: '200 OK', etag: 'W/"3"', lastModified: '2024-02-03T04:05:06.789Z' },
        },
      ],
    },
  })
})

test('a bundle posted to the base', async () => {
  const body = new TextEncoder().encode('{"resourceType":"Bundle","type":"batch-response"}')
  const { requests, operation } = spy({ type: 'batch-response', body: [body] } as const)
  const headers = { ...FHIR_JSON_BODY, prefer: 'return=representation' }
  const response = await send({ bundle: operation }, 'POST /', { headers, body: '{"resourceType":"Bundle"}' })
  expect(requests).toEqual([{ content: { resourceType: 'Bundle' }, prefer: 'representation' }])
  expect(jsonOf(response)).toEqual({
    status: 200,
    headers: FHIR,
    body: { resourceType: 'Bundle', type: 'batch-response' },
  })
})

test('metadata', async () => {
  const capabilities = async () => new TextEncoder().encode('{"resourceType":"CapabilityStatement"}')
  expect(jsonOf(await send({ capabilities }, 'GET /metadata'))).toEqual({
    status: 200,
    headers: FHIR,
    body: { resourceType: 'CapabilityStatement' },
  })
})

test('a compressed body is read', async () => {
  const { requests, operation } = spy<CreateRequest, WriteResult>(created)
  const headers = { ...FHIR_JSON_BODY, 'content-encoding': 'gzip' }
  await send({ create: operation }, 'POST /Patient', { headers, body: gzipSync('{"resourceType":"Patient"}') })
  expect(requests).toEqual([{ type: 'Patient', content: { resourceType: 'Patient' } }])
})

test.each([
  ['GET /nothing/here', {}, 404, outcome('not-found', "There is no FHIR address '/nothing/here' below the base")],
  [
    'POST /Patient',
    { body: '{}' },
    415,
    outcome('not-supported', 'The request has no Content-Type. Send application/fhir+json or application/fhir+xml.'),
  ],
  [
    'POST /Patient',
    { headers: { ...FHIR_JSON_BODY, accept: 'text/turtle' }, body: '{}' },
    406,
    outcome(
      'not-supported',
      'Nothing that Accept names is offered. Ask for application/fhir+json or application/fhir+xml (FHIR version 4.0).',
    ),
  ],
  [
    'POST /Patient/_search',
    { headers: FHIR_JSON_BODY, body: '{}' },
    415,
    outcome(
      'not-supported',
      'Content-Type "application/fhir+json" is not taken: send application/x-www-form-urlencoded.',
    ),
  ],
  [
    'PUT /Patient/1',
    { headers: { ...FHIR_JSON_BODY, 'if-match': 'three' + '"' }, body: '{}' },
    400,
    outcome('value', `If-Match must be an entity tag such as W/"3", not 'three"'`),
  ],
] as const)('%s is refused', async (line, parts, status, body) => {
  expect(jsonOf(await send({}, line, parts))).toEqual({ status, headers: FHIR, body })
})

test.each([
  ['POST /metadata', "'/metadata' does not take POST, but GET, HEAD", 'GET, HEAD'],
  ['PUT /Patient/1/_history/2', "'/Patient/1/_history/2' does not take PUT, but GET, HEAD", 'GET, HEAD'],
  ['DELETE /metadata', "'/metadata' does not take DELETE, but GET, HEAD", 'GET, HEAD'],
])('%s is no method of that address', async (line, diagnostics, allow) => {
  expect(jsonOf(await send({}, line))).toEqual({
    status: 405,
    headers: { ...FHIR, Allow: allow },
    body: outcome('not-supported', diagnostics),
  })
})

test('a body that is too large is refused', async () => {
  const parts = { headers: FHIR_JSON_BODY, body: BODY }
  expect(jsonOf(await send({}, 'POST /Patient', parts, { bodyBytesMax: 50 }))).toEqual({
    status: 413,
    headers: FHIR,
    body: outcome('too-long', 'The body is larger than 50 bytes, the most that this server takes.'),
  })
})

test('a fault of the service is an OperationOutcome, whatever the method', async () => {
  const read = async () => {
    throw fault('gone', 'Patient/1 was deleted')
  }
  expect(jsonOf(await send({ read }, 'GET /Patient/1'))).toEqual({
    status: 410,
    headers: FHIR,
    body: outcome('deleted', 'Patient/1 was deleted'),
  })
  expect(textOf(await send({ read }, 'HEAD /Patient/1'))).toMatchObject({ status: 410, body: '' })
})

test('a bug is a 500 with the request id', async () => {
  expect(await send({}, 'GET /Patient/1')).toMatchObject({ status: 500, headers: FHIR })
})
