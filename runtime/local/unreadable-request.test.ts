import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { type RunningServer, startServer } from './server.ts'

const servers: RunningServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close(0)))
})

async function send(bytes: string): Promise<string> {
  const answer = { status: 200, headers: {}, body: new TextEncoder().encode('fine') }
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    bodyBytesMax: 1000,
    handle: async () => answer,
    refuseBody: async () => answer,
    upgrade: (_request, socket) => socket.destroy(),
  })
  servers.push(server)
  const socket = connect(server.port, '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}

const refusal = (status: string, code: string, diagnostics: string): string => {
  const body = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code, diagnostics }],
  })
  return [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/fhir+json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

test('a URL that is too long is refused with the way out', async () => {
  const way = 'a search may have its parameters in the body of a POST _search.'
  const answer = await send(`GET /fhir/Patient?_id=${'x'.repeat(70_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const [head = '', body] = answer.split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 414 URI Too Long\r\n/)
  expect(head).toMatch(/\r\nConnection: close\r\n/)
  const expected = refusal('414', 'too-long', `The URL is longer than 65536 characters: ${way}`)
  expect(body).toBe(expected.split('\r\n\r\n')[1])
  const longer = await send(`GET /fhir/Patient?_id=${'x'.repeat(200_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  expect(longer).toBe(
    refusal(
      '431 Request Header Fields Too Large',
      'too-long',
      `The URL and the headers are longer than 131072 bytes together: ${way}`,
    ),
  )
})

test('one that is as long as it may be goes to the door, with headers', async () => {
  const path = '/fhir/Patient?_id='
  const url = path + 'x'.repeat(65_536 - path.length)
  const request = `GET ${url} HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\nConnection: close\r\n\r\n`
  expect(await send(request)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nfine$/)
})

test('so is what is no HTTP', async () => {
  const expected = refusal(
    '400 Bad Request',
    'structure',
    'This is no HTTP request: characters of a URL that are not plain ASCII are percent-encoded.',
  )
  expect(await send('GET /fhir/Patient?name=\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe(expected)
  expect(await send('\u0016\u0003\u0001')).toBe(expected)
})

test('and a method that HTTP does not have', async () => {
  const methods = 'The method of the request is unknown: FHIR has GET, HEAD, POST, PUT, PATCH and DELETE.'
  expect(await send('FOO /fhir/Patient HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe(
    refusal('501 Not Implemented', 'not-supported', methods),
  )
})
