import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { apiGatewayEvent } from '#test/support/api-gateway-events.ts'
import { bodyOf, headersOf, proxyAddressOf, proxyResultOf, queryOf } from './api-gateway.ts'

test('headers have names in lower case and all of their values', () => {
  const event = apiGatewayEvent({
    headers: { Accept: ['application/fhir+json', 'text/json'], Prefer: ['return=minimal'] },
  })
  expect(headersOf(event)).toMatchObject({ accept: 'application/fhir+json, text/json', prefer: 'return=minimal' })
  expect(headersOf({ ...event, multiValueHeaders: null, headers: { 'If-Match': 'W/"1"' } })).toEqual({
    'if-match': 'W/"1"',
  })
  expect(headersOf({ ...event, multiValueHeaders: null, headers: null })).toEqual({})
})

test('the query is put together with its repetitions, encoded', () => {
  const event = apiGatewayEvent({
    query: { date: ['ge2020', 'lt2021'], code: ['http://loinc.org|718-7'], 'a&b': ['c+d'] },
  })
  expect(queryOf(event)).toBe('?date=ge2020&date=lt2021&code=http%3A%2F%2Floinc.org%7C718-7&a%26b=c%2Bd')
  expect(queryOf({ ...event, multiValueQueryStringParameters: null, queryStringParameters: { a: 'b' } })).toBe('?a=b')
  expect(queryOf(apiGatewayEvent({}))).toBe('')
})

test('a body is text or base64', () => {
  const text = (event: Parameters<typeof bodyOf>[0]) => Buffer.from(bodyOf(event) ?? []).toString()
  expect(text(apiGatewayEvent({ body: '{"name":"Ä"}' }))).toBe('{"name":"Ä"}')
  expect(text(apiGatewayEvent({ body: btoa('{"a":1}'), isBase64Encoded: true }))).toBe('{"a":1}')
  expect(bodyOf(apiGatewayEvent({}))).toBeUndefined()
})

const STAGE = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod/fhir'

test.each([
  [{ path: '/fhir' }, '', STAGE],
  [{ path: '/fhir/' }, '/', STAGE],
  [{ path: '/fhir/Patient/1' }, '/Patient/1', STAGE],
  [{ path: '/fhir/Patient/fhir' }, '/Patient/fhir', STAGE],
  [{ path: '/fhir/Patient', stagePath: '', domainName: 'api.example.org' }, '/Patient', 'https://api.example.org/fhir'],
  [
    { path: '/v1/fhir/Patient', stagePath: '', domainName: 'api.example.org' },
    '/Patient',
    'https://api.example.org/v1/fhir',
  ],
])('%j is %j below %s', (parts, path, baseUrl) => {
  expect(proxyAddressOf(apiGatewayEvent(parts))).toEqual({ path, baseUrl })
})

test('what is not below /fhir is not for the door', () => {
  expect(proxyAddressOf(apiGatewayEvent({ path: '/fhirx' }))).toBeUndefined()
})

test('an answer is text, or base64 where it is compressed', () => {
  const headers = { ETag: 'W/"1"' }
  const pieces = ['{"name":', '"Ä"}'].map(text => new TextEncoder().encode(text))
  expect(proxyResultOf({ status: 201, headers, body: pieces })).toEqual({
    statusCode: 201,
    headers,
    body: '{"name":"Ä"}',
    isBase64Encoded: false,
  })
  expect(proxyResultOf({ status: 204, headers, body: undefined })).toEqual({
    statusCode: 204,
    headers,
    body: '',
    isBase64Encoded: false,
  })
  const compressed = gzipSync('{}')
  expect(proxyResultOf({ status: 200, headers: { 'Content-Encoding': 'gzip' }, body: compressed })).toEqual({
    statusCode: 200,
    headers: { 'Content-Encoding': 'gzip' },
    body: compressed.toString('base64'),
    isBase64Encoded: true,
  })
})

test('what may be asked for in ranges is bytes, whatever they are', () => {
  const bytes = new Uint8Array([0, 255, 254, 128])
  const headers = { 'Content-Type': 'image/png', 'Accept-Ranges': 'bytes' }
  expect(proxyResultOf({ status: 200, headers, body: [bytes] })).toEqual({
    statusCode: 200,
    headers,
    body: 'AP/+gA==',
    isBase64Encoded: true,
  })
})
