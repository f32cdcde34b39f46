/** One client's WebSocket: its handshake and its subscriptions. */
import type { HttpResponse } from '#rest/http-message.ts'
import { wholeBody } from '#rest/http-message.ts'
import { decodeUtf8, encodeUtf8 } from '#service/index.ts'
import type { PlannedSubscription } from '../appsync/subscriptions.ts'
import type { Hub, Place } from './hub.ts'
import { headersOf, type ProtocolError, readClientMessage, type ServerMessage, type Start } from './protocol.ts'

export interface ConnectionParts {
  readonly hub: Hub
  readonly send: (text: string) => void
  /** Whether who connects may: an answer of less than 400. Never rejects. */
  readonly admit: () => Promise<HttpResponse>
  /** Asks the door to plan a subscription: a GraphQL request as POST has one. Never rejects. */
  readonly plan: (headers: Readonly<Record<string, string>>, body: Uint8Array) => Promise<HttpResponse>
}

export interface Connection {
  receive(text: string): void
  /** Still there; the client closes what is silent for longer than it was told. */
  keepAlive(): void
  close(): void
}

/** After so long without a word from the server the client connects anew. */
const CONNECTION_TIMEOUT_MS = 300_000

const REFUSED = 400

/** AppSync's quota. */
const SUBSCRIPTIONS_MAX = 200

/** A place that isn't there yet is one that is being planned. */
type Places = Map<string, Place | undefined>

export function createConnection({ hub, send, admit, plan }: ConnectionParts): Connection {
  const places: Places = new Map()
  let open = true
  let acknowledged = false
  const say = (message: ServerMessage): void => {
    if (open) send(JSON.stringify(message))
  }
  const refuse = (id: string | undefined, ...errors: readonly ProtocolError[]): void =>
    say({ type: 'error', ...(id !== undefined && { id }), payload: { errors } })

  async function greet(): Promise<void> {
    const answer = await admit()
    if (answer.status >= REFUSED) {
      say({ type: 'connection_error', payload: { errors: errorsOf(answer) } })
      return
    }
    acknowledged = true
    say({ type: 'connection_ack', payload: { connectionTimeoutMs: CONNECTION_TIMEOUT_MS } })
  }

  async function start(id: string, { data, authorization }: Start): Promise<void> {
    places.set(id, undefined)
    const place = await hub.open()
    const answer = await plan(headersOf(authorization), encodeUtf8(data))
    const planned = plannedOf(answer)
    // It may have been stopped, or the client may be gone.
    const wanted = open && places.has(id)
    if (!wanted || 'errors' in planned) {
      place.leave()
      if (wanted) places.delete(id)
      if (wanted && 'errors' in planned) refuse(id, ...planned.errors)
      return
    }
    places.set(id, place)
    const prefix = `{"id":${JSON.stringify(id)},"type":"data","payload":{"data":`
    place.take({ ...planned, send: text => send(`${prefix}${text}}}`) })
    say({ type: 'start_ack', id })
  }

  return {
    receive(text) {
      const message = readClientMessage(text)
      switch (message.type) {
        case 'connection_init':
          void greet()
          return
        case 'start': {
          const { id } = message
          if (!acknowledged) refuse(id, { errorType: 'UnauthorizedException', message: 'connection_init comes first.' })
          else if (places.has(id)) refuse(id, { errorType: 'DuplicatedOperationError', message: `${id} is there.` })
          else if (places.size >= SUBSCRIPTIONS_MAX) refuse(id, TOO_MANY)
          else void start(id, message.start)
          return
        }
        case 'stop':
          places.get(message.id)?.leave()
          places.delete(message.id)
          say({ type: 'complete', id: message.id })
          return
        case 'invalid':
          refuse(undefined, { errorType: 'BadRequestException', message: message.reason })
      }
    },
    keepAlive() {
      if (acknowledged) say({ type: 'ka' })
    },
    close() {
      open = false
      for (const place of places.values()) place?.leave()
      places.clear()
    },
  }
}

const TOO_MANY: ProtocolError = {
  errorType: 'MaxSubscriptionsReachedError',
  message: `A connection takes ${SUBSCRIPTIONS_MAX} subscriptions.`,
}

function plannedOf(response: HttpResponse): PlannedSubscription | { readonly errors: readonly ProtocolError[] } {
  const { data } = answerOf(response)
  return response.status === 200 && data ? data : { errors: errorsOf(response) }
}

function errorsOf(response: HttpResponse): readonly ProtocolError[] {
  const { status: errorCode } = response
  const { errors, issue = [] } = answerOf(response)
  if (errors) return errors.map(({ errorType, message }) => ({ errorType: errorType ?? 'BadRequest', message }))
  // A refusal before the door, such as of a token, is an OperationOutcome.
  const errorType = errorCode === 401 || errorCode === 403 ? 'UnauthorizedException' : 'BadRequestException'
  return issue.map(({ diagnostics: message }) => ({ errorType, message, errorCode }))
}

const answerOf = ({ body }: HttpResponse): PlanAnswer => JSON.parse(body ? decodeUtf8(wholeBody(body)) : '{}')

interface PlanAnswer {
  readonly data?: PlannedSubscription | null
  readonly errors?: readonly { readonly errorType: string | null; readonly message: string }[]
  readonly issue?: readonly { readonly diagnostics: string }[]
}
