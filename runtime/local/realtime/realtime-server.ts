/** The WebSocket endpoint of the stand-in for AppSync: `/graphql/realtime`. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import type { HttpResponse } from '#rest/http-message.ts'
import type { ChangeSource } from './change-source.ts'
import { type Connection, createConnection } from './connection.ts'
import { createHub } from './hub.ts'
import { connectionHeaders, headersOf, SUBPROTOCOL } from './protocol.ts'

export interface RealtimeOptions {
  readonly source: ChangeSource
  /** Whether this request may open a socket: undefined, or the status to refuse it by. */
  readonly refusal: (request: IncomingMessage) => number | undefined
  /** Whether who sends these headers may connect. Never rejects. */
  readonly admit: (request: IncomingMessage, headers: Readonly<Record<string, string>>) => Promise<HttpResponse>
  /** Asks the door to plan a subscription. Never rejects. */
  readonly plan: (
    request: IncomingMessage,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
  ) => Promise<HttpResponse>
  /** Sockets at the same time. Default: SOCKETS_MAX. */
  readonly socketsMax?: number
}

export interface RealtimeServer {
  /** For `upgrade` of node:http. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/** Amplify misses the next after 65 seconds. */
const KEEP_ALIVE_MS = 60_000

/** AppSync takes no larger payload. */
const MESSAGE_BYTES_MAX = 240 * 1024

/** RFC 6455, 7.4.1: the server goes away. */
const GOING_AWAY = 1001

/** RFC 6455, 7.4.1: a policy says no. */
const POLICY_VIOLATION = 1008

/** Registered beside RFC 6455: try again later. */
const TRY_AGAIN_LATER = 1013

/** For a client to say goodbye. */
const CLOSE_MS = 1000

/** For one that is slow to take what waits for it first. */
const SLOW_CLOSE_MS = 10_000

/** What waits in memory for a client that takes less than there is to tell: ten thousand changes and more. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024

/** Of all clients together: each costs some 20 KB, and up to its backlog where it is slow. */
export const SOCKETS_MAX = 5000

const REASON_LENGTH_MAX = 120

const TOO_SLOW = 'Changes come faster than they are taken: connect again, and read what you show'

export function createRealtimeServer(options: RealtimeOptions): RealtimeServer {
  const { source, refusal, admit, plan, socketsMax = SOCKETS_MAX } = options
  const hub = createHub(source)
  const connections = new Map<WebSocket, Connection>()
  const heart = setInterval(() => {
    for (const connection of connections.values()) void connection.keepAlive()
  }, KEEP_ALIVE_MS).unref()
  let closed = false

  /** Whoever may not listen keeps nobody away who may: of sockets that nobody has greeted on the oldest goes. */
  const makeRoom = (): boolean => {
    for (const [webSocket, connection] of connections) {
      if (connection.yieldPlace()) return connections.delete(webSocket)
    }
    return false
  }

  /** By a close frame, for the answer to a handshake is hidden from scripts of a browser. */
  const turnAway = (webSocket: WebSocket): void => {
    webSocket.on('error', () => webSocket.terminate())
    webSocket.close(TRY_AGAIN_LATER, `This gateway holds ${socketsMax} sockets and takes no more: connect again later`)
    setTimeout(() => webSocket.terminate(), CLOSE_MS).unref()
  }

  const connect = (webSocket: WebSocket, request: IncomingMessage): void => {
    if (connections.size >= socketsMax && !makeRoom()) {
      turnAway(webSocket)
      return
    }
    const connected = headersOf(connectionHeaders(request.headers['sec-websocket-protocol'], request.url ?? '') ?? {})
    const end = (code: number, reason: string, graceMs = CLOSE_MS): void => {
      connection.close()
      // A close frame has room for 123 bytes.
      webSocket.close(code, reason.slice(0, REASON_LENGTH_MAX))
      setTimeout(() => webSocket.terminate(), graceMs).unref()
    }
    const connection = createConnection({
      hub,
      send: text => {
        if (webSocket.bufferedAmount <= BACKLOG_BYTES_MAX) webSocket.send(text)
        else end(TRY_AGAIN_LATER, TOO_SLOW, SLOW_CLOSE_MS)
      },
      end: reason => end(POLICY_VIOLATION, reason),
      admit: headers => admit(request, { ...connected, ...headers }),
      // Each subscription says again who asks; what it leaves out is as when the socket was opened.
      plan: (headers, body) => plan(request, { ...connected, ...headers }, body),
    })
    connections.set(webSocket, connection)
    webSocket.on('message', data => connection.receive(String(data)))
    // A broken frame ends the socket by itself.
    webSocket.on('error', () => webSocket.terminate())
    webSocket.on('close', () => {
      connections.delete(webSocket)
      connection.close()
    })
  }

  return {
    upgrade(request, socket, head) {
      const status = closed ? 503 : refusal(request)
      if (status !== undefined) {
        socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
        return
      }
      webSocketServer().then(
        server => server.handleUpgrade(request, socket, head, webSocket => connect(webSocket, request)),
        () => socket.destroy(),
      )
    },
    close() {
      closed = true
      clearInterval(heart)
      for (const webSocket of connections.keys()) {
        webSocket.close(GOING_AWAY)
        setTimeout(() => webSocket.terminate(), CLOSE_MS).unref()
      }
      hub.close()
    },
  }
}

let loading: Promise<WebSocketServer> | undefined

/** Loaded for the first who connects. */
function webSocketServer(): Promise<WebSocketServer> {
  loading ??= import('ws').then(
    ({ WebSocketServer }) =>
      new WebSocketServer({
        noServer: true,
        maxPayload: MESSAGE_BYTES_MAX,
        handleProtocols: offered => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
      }),
  )
  return loading
}
