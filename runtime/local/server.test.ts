import { once } from 'node:events'
import { request as httpRequest, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import type { HttpResponse } from '#rest/http-message.ts'
import { type ReceivedRequest, type RunningServer, startServer } from './server.ts'

const servers: RunningServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close(0)))
})

const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value)
const ok: HttpResponse = { status: 200, headers: { 'Content-Type': 'text/plain' }, body: bytesOf('fine') }

async function start(handle: (request: ReceivedRequest) => Promise<HttpResponse>) {
  const refusal: HttpResponse = { status: 413, headers: { 'Content-Type': 'text/plain' }, body: bytesOf('too large') }
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    bodyBytesMax: 1000,
    handle,
    refuseBody: async () => refusal,
    upgrade: (_request, socket) => socket.destroy(),
  })
  servers.push(server)
  return server
}

async function send(server: RunningServer, options: RequestOptions, body: readonly Uint8Array[] = []) {
  const request = httpRequest({ host: '127.0.0.1', port: server.port, ...options })
  for (const piece of body) request.write(piece)
  request.end()
  const [response] = await once(request, 'response')
  const { date: _date, ...headers } = response.headers
  return { status: response.statusCode, headers, body: await text(response) }
}

const KEPT = { connection: 'keep-alive', 'keep-alive': 'timeout=65' }

test('a request arrives as it was sent, and its answer leaves as it was given', async () => {
  const received: ReceivedRequest[] = []
  const server = await start(async request => {
    received.push(request)
    return ok
  })
  const headers = { 'X-Request-Id': 'a', Host: 'example.org', Connection: 'keep-alive' }
  const answer = await send(server, { method: 'PUT', path: '/a%20b?c=%7C', headers }, [bytesOf('one '), bytesOf('two')])
  expect(received.map(request => ({ ...request, body: Buffer.from(request.body ?? []).toString() }))).toEqual([
    {
      method: 'PUT',
      url: '/a%20b?c=%7C',
      headers: {
        'x-request-id': 'a',
        host: 'example.org',
        connection: 'keep-alive',
        'transfer-encoding': 'chunked',
      },
      body: 'one two',
    },
  ])
  expect(answer).toEqual({
    status: 200,
    headers: { ...KEPT, 'content-type': 'text/plain', 'content-length': '4' },
    body: 'fine',
  })
})

const large = bytesOf('x'.repeat(300_000))

test.each([
  ['small pieces', [bytesOf('a'), bytesOf('b')], 'ab'],
  ['large pieces', [large, bytesOf('y')], `${'x'.repeat(300_000)}y`],
])('%s are sent as one body', async (_name, body, whole) => {
  const server = await start(async () => ({ status: 200, headers: {}, body }))
  const answer = await send(server, {})
  expect(answer.headers['content-length']).toBe(String(whole.length))
  expect(answer.body === whole).toBe(true)
})

test('an answer without a body says so', async () => {
  const server = await start(async ({ url }) => ({ status: Number(url.slice(1)), headers: {}, body: undefined }))
  const agent = { headers: { Connection: 'keep-alive' } }
  expect(await send(server, { path: '/201', ...agent })).toEqual({
    status: 201,
    headers: { ...KEPT, 'content-length': '0' },
    body: '',
  })
  expect(await send(server, { path: '/204', ...agent })).toEqual({ status: 204, headers: KEPT, body: '' })
  expect(await send(server, { path: '/304', ...agent })).toEqual({ status: 304, headers: KEPT, body: '' })
})

const REFUSED = { connection: 'close', 'content-type': 'text/plain', 'content-length': '9' }

test.each([
  ['whose length says so', { 'Content-Length': 2000 }],
  ['that comes in chunks', { 'Transfer-Encoding': 'chunked' }],
])('a body that is too large, %s, is refused, and its sender reads that', async (_name, headers) => {
  const server = await start(async () => ok)
  const body = [new Uint8Array(600), new Uint8Array(1400)]
  const answer = await send(server, { method: 'POST', path: '/', headers }, body)
  expect(answer).toEqual({ status: 413, headers: REFUSED, body: 'too large' })
})

test('a client that asks before it sends is told to go on, or not to', async () => {
  const server = await start(async () => ok)
  const ask = async (length: number): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`)
    const [first] = await once(socket, 'data')
    socket.destroy()
    return String(first).split('\r\n')[0] ?? ''
  }
  expect(await ask(10)).toBe('HTTP/1.1 100 Continue')
  expect(await ask(1001)).toBe('HTTP/1.1 413 Payload Too Large')
})

test('closing finishes what is under way and takes nothing new', async () => {
  const arrived = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<HttpResponse>()
  const server = await start(() => {
    arrived.resolve()
    return answer.promise
  })
  const sent = send(server, { headers: { Connection: 'keep-alive' } })
  await arrived.promise
  const closed = server.close(60_000)
  await expect(send(server, {})).rejects.toThrow('ECONNREFUSED')
  answer.resolve(ok)
  expect(await sent).toEqual({
    status: 200,
    headers: { connection: 'close', 'content-type': 'text/plain', 'content-length': '4' },
    body: 'fine',
  })
  await closed
  servers.splice(0)
})

test('a client that goes away before it has sent everything is not answered', async () => {
  let handled = 0
  const server = await start(async () => {
    handled++
    return ok
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
  socket.end()
  await once(socket.resume(), 'close')
  expect((await send(server, {})).status).toBe(200)
  expect(handled).toBe(1)
})

test('a request line with a whole URL is read like one with a path, and its host counts', async () => {
  const received: ReceivedRequest[] = []
  const server = await start(async request => {
    received.push(request)
    return ok
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.end(
    'GET http://fhir.example.org:81/fhir/metadata?a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  )
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK/)
  expect(received.map(({ url, headers }) => [url, headers.host])).toEqual([
    ['/fhir/metadata?a=b', 'fhir.example.org:81'],
  ])
})

test('of a client that has left, the bytes that it asked for are let go of, and others are answered', async () => {
  const arrived = Promise.withResolvers<void>()
  const given = Promise.withResolvers<Readable>()
  const server = await start(async ({ url }) => {
    if (url !== '/bytes') return ok
    arrived.resolve()
    const content = await given.promise
    return { status: 200, headers: {}, body: undefined, stream: { bytes: 3, content } }
  })
  const leaving = connect(server.port, '127.0.0.1')
  leaving.write('GET /bytes HTTP/1.1\r\nHost: example.org\r\n\r\n')
  await arrived.promise
  leaving.destroy()
  // Connections are handled in their order: by now the server knows that the client has left.
  expect((await send(server, { path: '/' })).status).toBe(200)
  const content = new Readable({ read: () => undefined })
  const closed = once(content, 'close')
  given.resolve(content)
  await closed
  expect((await send(server, { path: '/' })).status).toBe(200)
})
