import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Clock } from '#service/ports/clock.ts'
import { HttpEngine } from './http-engine.ts'

const clock: Clock = { now: () => Date.now() }
const soon = () => Date.now() + 10_000
const opened: { server: Server; engine: HttpEngine }[] = []

afterEach(() => {
  for (const { server, engine } of opened.splice(0)) {
    engine.close()
    server.closeAllConnections()
    server.close()
  }
})

async function serving(listener: RequestListener, parts: Partial<ConstructorParameters<typeof HttpEngine>[0]> = {}) {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const engine = new HttpEngine({ endpoint, clock, ...parts })
  opened.push({ server, engine })
  return { engine, endpoint }
}

test('sends the body with its type and signature, and gives the answer, refusals too', async () => {
  const seen: unknown[] = []
  const sign = async ({ method, host, path, query, body }: { [name: string]: unknown }) => {
    seen.push([method, host, path, query, body])
    return { authorization: 'signed' }
  }
  const { engine, endpoint } = await serving(
    async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { 'content-type': type, authorization } = request.headers
      seen.push([request.method, request.url, type, authorization, Buffer.concat(chunks).toString()])
      response.writeHead(400, { 'content-type': 'application/json; charset=UTF-8' }).end('{"error":"é"}')
    },
    { sign: sign as never },
  )
  const query = { routing: 'clinic', filter_path: 'a,b' }
  expect(await engine.send({ method: 'POST', path: '/x/_search', query, body: '{"é":1}', deadline: soon() })).toEqual({
    status: 400,
    body: { error: 'é' },
  })
  await engine.send({ method: 'POST', path: '/_bulk', body: '{}\n', deadline: soon() })
  expect(seen).toEqual([
    ['POST', endpoint.slice(7), '/x/_search', query, '{"é":1}'],
    ['POST', '/x/_search?routing=clinic&filter_path=a%2Cb', 'application/json', 'signed', '{"é":1}'],
    ['POST', endpoint.slice(7), '/_bulk', {}, '{}\n'],
    ['POST', '/_bulk', 'application/x-ndjson', 'signed', '{}\n'],
  ])
})

test('an answer that is no JSON has no body', async () => {
  const { engine } = await serving((_request, response) => response.writeHead(502).end('<html>'))
  expect(await engine.send({ method: 'GET', path: '/', deadline: soon() })).toEqual({ status: 502, body: undefined })
})

test('an answer that is broken JSON is none, and is not quoted', async () => {
  const json = { 'content-type': 'application/json' }
  const { engine } = await serving((_request, response) => response.writeHead(200, json).end('{"name":"Smith'))
  await expect(engine.send({ method: 'GET', path: '/', deadline: soon() })).rejects.toMatchObject({
    kind: 'unreachable',
    cause: new Error('The answer is no JSON'),
  })
})

test('gives up at the deadline, also while the answer comes in', async () => {
  const { engine } = await serving((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{')
  })
  const late = { kind: 'late', name: 'NoAnswer' }
  await expect(engine.send({ method: 'GET', path: '/', deadline: Date.now() + 30 })).rejects.toMatchObject(late)
  await expect(engine.send({ method: 'GET', path: '/', deadline: Date.now() })).rejects.toMatchObject(late)
})

test('a deadline further away than any timer goes is none that is over', async () => {
  const { engine } = await serving((_request, response) => response.writeHead(200).end())
  const deadline = Number.MAX_SAFE_INTEGER
  expect(await engine.send({ method: 'GET', path: '/', deadline })).toEqual({ status: 200, body: undefined })
})

test('an engine that nobody reaches is unreachable', async () => {
  const { engine, endpoint } = await serving(() => undefined)
  opened.at(-1)?.server.close()
  const gone = new HttpEngine({ endpoint, clock })
  const unreachable = { kind: 'unreachable', name: 'NoAnswer' }
  await expect(gone.send({ method: 'GET', path: '/', deadline: soon() })).rejects.toMatchObject(unreachable)
  await expect(engine.send({ method: 'GET', path: '/', deadline: soon() })).rejects.toMatchObject(unreachable)
})

test('a kept connection that has ended is replaced by another', async () => {
  let requests = 0
  const { engine } = await serving((request, response) => {
    // The second request comes on the connection of the first, and finds it cut.
    if (++requests === 2) request.socket.destroy()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(`${requests}`)
  })
  const ask = () => engine.send({ method: 'GET', path: '/', deadline: soon() })
  expect([(await ask()).body, (await ask()).body]).toEqual([1, 3])
})

test('a connection that is cut at its first request is not tried again', async () => {
  let requests = 0
  const { engine } = await serving(request => {
    requests++
    request.socket.destroy()
  })
  await expect(engine.send({ method: 'GET', path: '/', deadline: soon() })).rejects.toMatchObject({
    kind: 'unreachable',
  })
  expect(requests).toBe(1)
})
