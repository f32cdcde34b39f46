import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { openConnection, type RawAnswer, rawRequest } from './raw-client.ts'

let server: Server | ReturnType<typeof createServer> | undefined

afterEach(() => {
  server?.close()
})

async function ask(listening: NonNullable<typeof server>, requests: number): Promise<readonly RawAnswer[]> {
  server = listening
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const connection = await openConnection('127.0.0.1', (listening.address() as AddressInfo).port)
  const answers: RawAnswer[] = []
  for (let request = 0; request < requests; request++)
    answers.push(await connection.send(rawRequest('host', { method: 'POST', path: '/x', body: '{"ä":1}' }), true))
  connection.close()
  return answers
}

const http = (listener: RequestListener): Server => createHttpServer(listener)

test('reads bodies of known length, in chunks, and none', async () => {
  let requests = 0
  const answers = await ask(
    http(async (incoming, outgoing) => {
      const body = Buffer.concat(await incoming.toArray()).toString()
      requests++
      if (requests === 1) outgoing.end(`${incoming.method} ${incoming.url} ${body}`)
      else if (requests === 2) {
        outgoing.write('first, ')
        outgoing.end('second')
      } else outgoing.writeHead(204).end()
    }),
    3,
  )
  expect(answers).toMatchObject([
    { status: 200, bytes: 16, body: 'POST /x {"ä":1}' },
    { status: 200, body: 'first, second' },
    { status: 204, bytes: 0, body: '' },
  ])
})

test('puts an answer together that comes a byte at a time', async () => {
  const text = 'HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nno!'
  const bytewise = createServer(socket => {
    socket.setNoDelay(true)
    socket.once('data', async () => {
      for (const byte of text) await new Promise(written => socket.write(byte, written))
    })
  })
  expect(await ask(bytewise, 1)).toEqual([{ status: 404, bytes: 3, body: 'no!' }])
})

test('says so where the connection breaks', async () => {
  const closing = createServer(socket => socket.once('data', () => socket.destroy()))
  await expect(ask(closing, 1)).rejects.toThrow('The server closed the connection')
})
