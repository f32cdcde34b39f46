/**
 * Hands requests on once everything that requests through it have written before can be found: for suites that search
 * for what they have written.
 */
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SettlingProxy {
  readonly origin: string
  close(): Promise<void>
}

/** The Host header stays, so that links lead back through the proxy. */
export async function settlingProxy(target: string, settle: () => Promise<void>): Promise<SettlingProxy> {
  const { hostname, port } = new URL(target)
  /** undefined: something may have been written since. */
  let settled: Promise<void> | undefined
  const server = createServer(async (request, response) => {
    settled ??= settle()
    await settled
    const { method, url: path, headers } = request
    const sent = send({ hostname, port, method, path, headers }, answer => {
      if (method !== 'GET') settled = undefined
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    request.pipe(sent)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
