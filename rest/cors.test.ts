import { expect, test } from 'vitest'
import { fakeService } from '#test/support/fake-service.ts'
import { restRequest, textOf } from '#test/support/rest-request.ts'
import { createRestDoor } from './door.ts'
import type { HttpOptions } from './http-manners.ts'

const capabilities = async () => new TextEncoder().encode('{}')

const headersOf = async (line: string, headers: Record<string, string>, options?: HttpOptions) =>
  textOf(await createRestDoor(fakeService({ capabilities }), options)(restRequest(line, { headers }))).headers

const PLAIN = {
  'Content-Type': 'application/fhir+json; charset=utf-8',
  'Cache-Control': 'private, no-cache',
  Vary: 'Accept, Accept-Encoding, Authorization, Origin',
  'X-Request-Id': 'request-1',
}
const ORIGIN = 'https://app.example.org'
const EXPOSED =
  'ETag, Location, Content-Location, Last-Modified, Retry-After, X-Progress, X-Request-Id, ' +
  'Accept-Ranges, Content-Range, Repr-Digest'
const ALL_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

test('where all may, a script of any origin reads the answer and its FHIR headers', async () => {
  expect(await headersOf('GET /metadata', { origin: ORIGIN }, { corsOrigins: '*' })).toEqual({
    ...PLAIN,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': EXPOSED,
  })
})

test('where origins are listed, no other may', async () => {
  const options = { corsOrigins: [ORIGIN] }
  expect(await headersOf('GET /metadata', { origin: ORIGIN }, options)).toEqual({
    ...PLAIN,
    'Access-Control-Allow-Origin': ORIGIN,
    'Access-Control-Expose-Headers': EXPOSED,
  })
  expect(await headersOf('GET /metadata', { origin: 'https://evil.example.org' }, options)).toEqual(PLAIN)
})

test.each(['http://localhost', 'https://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:5173'])(
  'unless told otherwise, pages of this machine may: %s',
  async origin => {
    expect(await headersOf('GET /metadata', { origin })).toEqual({
      ...PLAIN,
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': EXPOSED,
    })
  },
)

test.each([
  'https://evil.example.org',
  'http://localhost.evil.example.org',
  'http://localhost:3000.evil.example.org',
  'http://127.0.0.1.evil.example.org',
  'file://localhost',
  'null',
])('unless told otherwise, no other may: %s', async origin => {
  expect(await headersOf('GET /metadata', { origin })).toEqual(PLAIN)
  const { 'Access-Control-Allow-Origin': allowed } = await headersOf('OPTIONS /Patient/1', {
    origin,
    'access-control-request-method': 'PUT',
  })
  expect(allowed).toBeUndefined()
})

test('a preflight allows what it asks for', async () => {
  const headers = {
    origin: ORIGIN,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'content-type, if-match',
  }
  const { Vary, 'X-Request-Id': id } = PLAIN
  const response = textOf(
    await createRestDoor(fakeService({}), { corsOrigins: '*' })(restRequest('OPTIONS /Patient/1', { headers })),
  )
  expect(response).toEqual({
    status: 204,
    headers: {
      Vary,
      'X-Request-Id': id,
      Allow: ALL_METHODS,
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': EXPOSED,
      'Access-Control-Allow-Methods': ALL_METHODS,
      'Access-Control-Max-Age': '7200',
      'Access-Control-Allow-Headers': 'content-type, if-match',
    },
    body: '',
  })
})

test('OPTIONS without a preflight names the methods', async () => {
  const { Vary, 'X-Request-Id': id } = PLAIN
  expect(await headersOf('OPTIONS /Patient', {})).toEqual({ Vary, 'X-Request-Id': id, Allow: ALL_METHODS })
})
