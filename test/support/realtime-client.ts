/** A client of AppSync's realtime protocol that hides nothing: what is sent and what comes back, message by message. */
import { once } from 'node:events'
import WebSocket from 'ws'

export type Message = Readonly<Record<string, unknown>> & { readonly type: string; readonly id?: string }

export interface RealtimeClient {
  send(message: object): void
  /** The next message that has not been taken yet. */
  next(): Promise<Message>
  /** Sends a subscription and gives the answer to it. */
  start(id: string, query: string, variables?: object, authorization?: object): Promise<Message>
  /** Code of the close frame. */
  closed(): Promise<number>
  /** The close frame. */
  closedWith(): Promise<{ readonly code: number; readonly reason: string }>
  /** Takes nothing from the network, until it resumes. */
  pause(): void
  resume(): void
  close(): void
}

export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Of who connects, beside the host. */
  readonly authorization?: object
  /** Default: connection_init is sent and acknowledged. */
  readonly greet?: boolean
}

/** @param url of the GraphQL endpoint. Rejects where the socket is refused. */
export async function connectRealtime(
  url: string,
  { headers = {}, authorization: connected = {}, greet = true }: ConnectOptions = {},
) {
  const header = Buffer.from(JSON.stringify({ host: new URL(url).host, ...connected })).toString('base64url')
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/realtime`, ['graphql-ws', `header-${header}`], {
    headers: { ...headers },
  })
  const arrived: Message[] = []
  const waiting: ((message: Message) => void)[] = []
  socket.on('message', data => {
    const message = JSON.parse(String(data)) as Message
    const taker = waiting.shift()
    if (taker) taker(message)
    else arrived.push(message)
  })
  await once(socket, 'open')
  const closedWith = once(socket, 'close').then(([code, reason]) => ({ code: Number(code), reason: String(reason) }))
  const client: RealtimeClient = {
    send: message => socket.send(JSON.stringify(message)),
    next: () =>
      new Promise(resolve => {
        const message = arrived.shift()
        if (message) resolve(message)
        else waiting.push(resolve)
      }),
    start(id, query, variables = {}, authorization = {}) {
      const data = JSON.stringify({ query, variables })
      client.send({ id, type: 'start', payload: { data, extensions: { authorization } } })
      return client.next()
    },
    closed: () => closedWith.then(({ code }) => code),
    closedWith: () => closedWith,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(1000),
  }
  if (greet) {
    client.send({ type: 'connection_init' })
    await client.next()
  }
  return client
}
