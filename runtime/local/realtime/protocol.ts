/**
 * The messages of AppSync's realtime protocol, as its clients (Amplify, Apollo's AppSync link) send and take them: JSON
 * over a WebSocket of subprotocol `graphql-ws`.
 */

export const SUBPROTOCOL = 'graphql-ws'

/** Beside the subprotocol: `header-` and who the caller is, base64url of JSON. */
const HEADER_PREFIX = 'header-'

export interface ProtocolError {
  readonly errorType: string
  readonly message: string
  readonly errorCode?: number
}

export type ServerMessage =
  | { readonly type: 'connection_ack'; readonly payload: { readonly connectionTimeoutMs: number } }
  | { readonly type: 'connection_error' | 'error'; readonly id?: string; readonly payload: Errors }
  | { readonly type: 'start_ack' | 'complete'; readonly id: string }
  | { readonly type: 'ka' }

interface Errors {
  readonly errors: readonly ProtocolError[]
}

export type ClientMessage =
  | { readonly type: 'connection_init' }
  | { readonly type: 'start'; readonly id: string; readonly start: Start }
  | { readonly type: 'stop'; readonly id: string }

export interface Start {
  /** A GraphQL request as POST has one, JSON text. */
  readonly data: string
  /** Headers, among them Authorization. */
  readonly authorization: Readonly<Record<string, unknown>>
}

export interface InvalidMessage {
  readonly type: 'invalid'
  readonly reason: string
  /** Of the subscription that it is about, where that can be told. */
  readonly id?: string
}

/** Clients take UUIDs; each change is sent with it. */
const ID_LENGTH_MAX = 128

/** What the client sent, or what is wrong with it. */
export function readClientMessage(text: string): ClientMessage | InvalidMessage {
  const message = parseRecord(text)
  if (!message) return invalid('A message is a JSON object.')
  const { type, id, payload } = message
  if (type === 'connection_init') return { type }
  if (typeof id !== 'string' || id === '') return invalid('A message needs an id, and a type that is known.')
  if (id.length > ID_LENGTH_MAX) return invalid(`An id has at most ${ID_LENGTH_MAX} characters.`)
  if (type === 'stop') return { type, id }
  if (type !== 'start') return invalid('There are connection_init, start and stop.')
  const { data, extensions } = recordOf(payload) ?? {}
  if (typeof data !== 'string') return invalid('start needs payload.data: query and variables as JSON text.', id)
  return { type, id, start: { data, authorization: recordOf(recordOf(extensions)?.authorization) ?? {} } }
}

const invalid = (reason: string, id?: string): InvalidMessage => ({
  type: 'invalid',
  reason,
  ...(id !== undefined && { id }),
})

/**
 * The headers with which the client connects, by a subprotocol or, of older clients, by the query.
 * @returns undefined where there are none, or they can't be read.
 */
export function connectionHeaders(
  subprotocols: string | undefined,
  url: string,
): Readonly<Record<string, unknown>> | undefined {
  const named = subprotocols?.split(',').map(name => name.trim())
  const sent =
    named?.find(name => name.startsWith(HEADER_PREFIX))?.slice(HEADER_PREFIX.length) ??
    new URL(url, 'ws://localhost').searchParams.get('header')
  return sent ? parseRecord(Buffer.from(sent, 'base64url').toString()) : undefined
}

function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return recordOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined

/** Header names in lower case; what is no text is left out. */
export const headersOf = (sent: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])),
  )
