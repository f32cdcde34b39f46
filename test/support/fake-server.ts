/** For tests: an HTTP server that answers as told and keeps what it was asked. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface FakeServer {
  readonly baseUrl: string
  /** Without the probe of /metadata. */
  readonly requests: readonly FakeRequest[]
  close(): Promise<void>
}

/** `metadata` gives the CapabilityStatement; `answer` may give 'hang up' to close the connection without an answer. */
export async function startFakeServer(
  answer: (request: FakeRequest) => FakeAnswer | 'hang up',
  metadata?: () => object,
): Promise<FakeServer> {
  const requests: FakeRequest[] = []
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { method = '', url = '', headers } = incoming
    const request = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
    if (url === '/fhir/metadata') {
      outgoing.end(metadata && JSON.stringify(metadata()))
      return
    }
    requests.push(request)
    const given = answer(request)
    if (given === 'hang up') incoming.socket.destroy()
    else outgoing.writeHead(given.status, given.headers).end(given.body === undefined ? '' : JSON.stringify(given.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
