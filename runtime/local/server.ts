/** node:http around a handler of plain messages. */
import {
  createServer,
  type ServerOptions as HttpServerOptions,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Duplex, pipeline, Readable } from 'node:stream'
import { bodyBytes, type HttpResponse } from '#rest/http-message.ts'
import { HEADER_BYTES_MAX, URL_LENGTH_MAX } from '#service/index.ts'
import { bodyStream, isWithin, readBody } from './read-body.ts'
import { refuseUnreadable, urlTooLong } from './unreadable-request.ts'

export interface ReceivedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array | undefined
  /** In place of the body, where streamsBody said so. Fails with a Fault past bodyBytesMax, or with the client. */
  readonly stream?: AsyncIterable<Uint8Array>
}

export interface ServerOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly bodyBytesMax: number
  /** Without it, plain http. */
  readonly tls?: Tls
  /** Must not reject. */
  readonly handle: (request: ReceivedRequest) => Promise<HttpResponse>
  /** Whether the body is to be taken as it comes, and not when it is there. */
  readonly streamsBody?: (request: ReceivedRequest) => boolean
  /** Answers a request whose body is larger than bodyBytesMax. Must not reject. */
  readonly refuseBody: (request: ReceivedRequest) => Promise<HttpResponse>
  /** Takes over connections that ask for another protocol. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** PEM. */
export interface Tls {
  readonly cert: Uint8Array
  readonly key: Uint8Array
}

export interface RunningServer {
  readonly port: number
  /** Takes no more connections, finishes the requests under way within the grace, and ends. */
  close(graceMs: number): Promise<void>
}

/** Longer than the idle time of usual load balancers, which else reuse a connection that is just being closed. */
const KEEP_ALIVE_MS = 65_000

/** How long a refused body is still taken from the wire, so that its sender gets to read the refusal. */
const LINGER_MS = 5_000

/** @throws the error of listen: EADDRINUSE, EACCES ... */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const closing = new AbortController()
  const settings = { maxHeaderSize: HEADER_BYTES_MAX, keepAliveTimeout: KEEP_ALIVE_MS }
  const server = options.tls ? await createSecureServer({ ...settings, ...options.tls }) : createServer(settings)
  const busy = new WeakSet<Duplex>()
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    busy.add(request.socket)
    response.once('close', () => busy.delete(request.socket))
    void exchange(options, closing.signal, request, response)
  }
  server.on('request', answer)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A body that its length says to be too large needn't even be sent.
    if (!(Number(request.headers['content-length']) > options.bodyBytesMax)) response.writeContinue()
    answer(request, response)
  })
  server.on('upgrade', options.upgrade)
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket, busy.has(socket)))
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    close(graceMs) {
      closing.abort()
      return closeServer(server, graceMs)
    },
  }
}

/** Loaded where it is wanted. Rejects where the certificate and the key make no pair. */
async function createSecureServer(options: HttpServerOptions & Tls): Promise<Server> {
  const https = await import('node:https')
  return https.createServer({ ...options, cert: Buffer.from(options.cert), key: Buffer.from(options.key) })
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise(resolve => {
    const impatience = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(impatience)
      resolve()
    })
  })
}

async function exchange(
  options: ServerOptions,
  closing: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if ((request.url?.length ?? 0) > URL_LENGTH_MAX) {
    refuse(urlTooLong(), request, response)
    return
  }
  const head: ReceivedRequest = { method: request.method ?? 'GET', ...targetOf(request), body: undefined }
  const received = await receive(options, request, head)
  if (received === 'aborted') return
  if (received === 'too-large') {
    refuse(await options.refuseBody(head), request, response)
    return
  }
  const answer = await options.handle(received)
  // Of a stream, what was refused may be coming still.
  if (received.stream && !request.readableEnded) {
    refuse(answer, request, response)
    return
  }
  if (closing.aborted) response.setHeader('Connection', 'close')
  send(answer, response)
}

async function receive(
  { bodyBytesMax, streamsBody }: ServerOptions,
  request: IncomingMessage,
  head: ReceivedRequest,
): Promise<ReceivedRequest | 'aborted' | 'too-large'> {
  if (streamsBody?.(head) && isWithin(request, bodyBytesMax)) {
    return { ...head, stream: bodyStream(request, bodyBytesMax) }
  }
  const read = await readBody(request, bodyBytesMax)
  return read.kind === 'read' ? { ...head, body: read.body } : read.kind
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i

/** RFC 9112, 3.2.2: a request line with a whole URL is as good as one with a path, and its host is the one meant. */
function targetOf(request: IncomingMessage): Pick<ReceivedRequest, 'url' | 'headers'> {
  const url = request.url ?? '/'
  // A header that may come twice (Set-Cookie) is a list in Node; no request has it.
  const headers = request.headers as Record<string, string | undefined>
  const [prefix, host] = ABSOLUTE.exec(url) ?? []
  if (prefix === undefined) return { url, headers }
  return { url: url.slice(prefix.length) || '/', headers: { ...headers, host } }
}

/** Up to here one write of a copy costs less than many writes. */
const JOIN_BYTES_MAX = 256 * 1024

function send({ status, headers, body, stream }: HttpResponse, response: ServerResponse): void {
  if (stream) {
    const { bytes, content } = stream
    const source = content instanceof Readable ? content : Readable.from(content, { objectMode: false })
    // The client has left while the bytes were looked for: what they come from, a connection maybe, is let go of.
    if (response.destroyed) {
      source.once('error', () => undefined).destroy()
      return
    }
    response.writeHead(status, { ...headers, 'Content-Length': bytes })
    // Where either end breaks, so does the connection: the client sees that bytes are missing.
    pipeline(source, response, () => undefined)
    return
  }
  if (!body) {
    // RFC 9110, 8.6: a 204 has no length, that of a 304 would be the resource's; HEAD comes with its own.
    const lengthless = status === 204 || status === 304 || headers['Content-Length'] !== undefined
    response.writeHead(status, lengthless ? headers : { ...headers, 'Content-Length': '0' })
    response.end()
    return
  }
  const bytes = bodyBytes(body)
  response.writeHead(status, { ...headers, 'Content-Length': bytes })
  const pieces = body instanceof Uint8Array ? [body] : body
  const [only] = pieces
  if (only && pieces.length === 1) {
    response.end(only)
  } else if (bytes <= JOIN_BYTES_MAX) {
    response.end(Buffer.concat(pieces))
  } else {
    response.cork()
    for (const piece of pieces) response.write(piece)
    response.end()
  }
}

/** A client reads the answer once it has sent everything, or when the connection breaks: then it may have lost it. */
function refuse({ status, headers, body }: HttpResponse, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(status, { ...headers, 'Content-Length': bodyBytes(body), Connection: 'close' })
  for (const piece of body instanceof Uint8Array ? [body] : (body ?? [])) response.write(piece)
  const finish = (): void => {
    clearTimeout(impatience)
    response.end()
  }
  const impatience = setTimeout(finish, LINGER_MS)
  request.once('end', finish).once('close', finish).once('error', finish)
  request.resume()
}
