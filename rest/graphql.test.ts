import { expect, test } from 'vitest'
import type { GraphqlRequest, GraphqlResult } from '#service/index.ts'
import { fakeService } from '#test/support/fake-service.ts'
import { jsonOf, type RequestParts, restRequest } from '#test/support/rest-request.ts'
import { createRestDoor } from './door.ts'

async function send(line: string, parts?: RequestParts, result: GraphqlResult = { data: { Patient: { id: '1' } } }) {
  const requests: GraphqlRequest[] = []
  const service = fakeService({
    graphql: async (_call, request) => {
      requests.push(request)
      return result
    },
  })
  return { requests, response: jsonOf(await createRestDoor(service)(restRequest(line, parts))) }
}

const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'private, no-cache',
  Vary: 'Accept, Accept-Encoding, Authorization, Origin',
  'X-Request-Id': 'request-1',
}
const JSON_BODY = { 'content-type': 'application/json' }

test('GET takes the document from the query', async () => {
  const query = '{ Patient(id: "1") { id } }'
  const line = `GET /$graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent('{"a":1}')}`
  const { requests, response } = await send(`${line}&operationName=One`)
  expect(requests).toEqual([{ query, variables: { a: 1 }, operationName: 'One', mutations: 'refused' }])
  expect(response).toEqual({ status: 200, headers: HEADERS, body: { data: { Patient: { id: '1' } } } })
})

test('POST takes it from a JSON body, on an instance as well', async () => {
  const body = JSON.stringify({ query: '{ id }', variables: null, operationName: null })
  const { requests } = await send('POST /Patient/1/$graphql', { headers: JSON_BODY, body })
  expect(requests).toEqual([{ query: '{ id }', focus: { type: 'Patient', id: '1' } }])
})

test('POST takes the bare document', async () => {
  const headers = { 'content-type': 'application/graphql' }
  const { requests } = await send('POST /$graphql?operationName=A', { headers, body: 'query A { id }' })
  expect(requests).toEqual([{ query: 'query A { id }', operationName: 'A' }])
})

test.each([
  ['application/graphql-response+json,application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ['application/fhir+json', 'application/json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
])('Accept: %s is answered with %s', async (accept, contentType) => {
  const { response } = await send('GET /$graphql?query={id}', { headers: { accept } })
  expect([response.status, response.headers['Content-Type']]).toEqual([200, contentType])
})

test.each([
  ['invalid', 400],
  ['too-costly', 400],
  ['not-found', 404],
  ['gone', 410],
  ['forbidden', 403],
  ['unavailable', 503],
  [undefined, 500],
])('a document refused as %s is a %i with its errors', async (category, status) => {
  const refused = { errors: [{ message: 'No such field', ...(category && { extensions: { category } }) }] }
  const { response } = await send('POST /$graphql', { headers: JSON_BODY, body: '{"query":"{ nothing }"}' }, refused)
  expect(response).toEqual({ status, headers: HEADERS, body: refused })
})

test('a document that failed in part is a 200 with both', async () => {
  const partly = { data: { Patient: null }, errors: [{ message: 'Gone', path: ['Patient'] }] }
  const { response } = await send('POST /$graphql', { headers: JSON_BODY, body: '{"query":"{ id }"}' }, partly)
  expect(response).toEqual({ status: 200, headers: HEADERS, body: partly })
})

test.each([
  ['GET /$graphql', undefined, 'GraphQL needs a document in the parameter query.', 'query'],
  ['POST /$graphql', '{}', 'GraphQL needs a JSON object whose query is a document, as text.', 'query'],
  ['POST /$graphql', '[]', 'GraphQL needs a JSON object whose query is a document, as text.', 'query'],
  ['POST /$graphql', '{"query":"{id}","variables":[]}', 'GraphQL variables are one JSON object.', 'variables'],
  [
    'POST /$graphql',
    '{"query":"{id}","operationName":1}',
    'operationName is the name of an operation, as text.',
    'operationName',
  ],
])('%s with %s is refused', async (line, body, diagnostics, expression) => {
  const { response } = await send(line, { headers: JSON_BODY, ...(body !== undefined && { body }) })
  expect(response).toEqual({
    status: 400,
    headers: HEADERS,
    body: {
      errors: [
        {
          message: diagnostics,
          extensions: {
            category: 'invalid',
            resource: {
              resourceType: 'OperationOutcome',
              issue: [{ severity: 'error', code: 'invalid', diagnostics, expression: [expression] }],
            },
          },
        },
      ],
    },
  })
})

test('a mutation by GET, which any web page can have a browser send, is a 405', async () => {
  const refused = { errors: [{ message: 'By POST', extensions: { category: 'method-not-allowed' } }] }
  const { response } = await send('GET /$graphql?query=mutation{a}', {}, refused)
  expect(response).toEqual({ status: 405, headers: { ...HEADERS, Allow: 'POST' }, body: refused })
})
