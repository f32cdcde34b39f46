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
  /** Closes the socket, for a reason that its client is told. */
  readonly end: (reason: string) => void
  /** Whether who sends these beside what the socket was opened with may listen: less than 400. Never rejects. */
  readonly admit: (headers: Readonly<Record<string, string>>) => Promise<HttpResponse>
  /** Asks the door to plan a subscription: a GraphQL request as POST has one. Never rejects. */
  readonly plan: (headers: Readonly<Record<string, string>>, body: Uint8Array) => Promise<HttpResponse>
}

export interface Connection {
  receive(text: string): void
  /**
   * Still there; the client closes what is silent for longer than it was told. Ends the socket of whom has not greeted
   * since the last time, and of whose token is no longer good: with a fresh one the client comes back.
   */
  keepAlive(): Promise<void>
  /** Ends the socket for another one, where nobody has greeted on it who may listen. @returns whether it did. */
  yieldPlace(): boolean
  close(): void
}

/** After so long without a word from the server the client connects anew. */
const CONNECTION_TIMEOUT_MS = 300_000

const REFUSED = 400
const UNAUTHENTICATED = 401
const FORBIDDEN = 403

/** AppSync's quota. */
const SUBSCRIPTIONS_MAX = 200

interface Started {
  /** Who it was started by, beside what the socket was opened with. */
  readonly headers: Readonly<Record<string, string>>
  /** undefined: it is being planned. */
  readonly place: Place | undefined
}

export function createConnection({ hub, send, end, admit, plan }: ConnectionParts): Connection {
  const started = new Map<string, Started>()
  let open = true
  let acknowledged = false
  let greeting = false
  let awaited = false
  const say = (message: ServerMessage): void => {
    if (open) send(JSON.stringify(message))
  }
  const refuse = (id: string | undefined, ...errors: readonly ProtocolError[]): void =>
    say({ type: 'error', ...(id !== undefined && { id }), payload: { errors } })

  async function greet(): Promise<void> {
    greeting = true
    const answer = await admit({})
    greeting = false
    if (answer.status >= REFUSED) {
      say({ type: 'connection_error', payload: { errors: errorsOf(answer) } })
      return
    }
    acknowledged = true
    say({ type: 'connection_ack', payload: { connectionTimeoutMs: CONNECTION_TIMEOUT_MS } })
  }

  async function start(id: string, { data, authorization }: Start): Promise<void> {
    const headers = headersOf(authorization)
    const asked: Started = { headers, place: undefined }
    started.set(id, asked)
    const place = await hub.open().catch(() => undefined)
    if (!place) {
      if (started.get(id) !== asked) return
      started.delete(id)
      refuse(id, NOT_STARTED)
      return
    }
    const answer = await plan(headers, encodeUtf8(data))
    const planned = plannedOf(answer)
    // It may have been stopped, and started again, or the client may be gone.
    const wanted = open && started.get(id) === asked
    if (!wanted || 'errors' in planned) {
      place.leave()
      if (wanted) started.delete(id)
      if (wanted && 'errors' in planned) refuse(id, ...planned.errors)
      return
    }
    started.set(id, { headers, place })
    const prefix = `{"id":${JSON.stringify(id)},"type":"data","payload":{"data":`
    place.take({ ...planned, send: text => send(`${prefix}${text}}}`) })
    say({ type: 'start_ack', id })
  }

  /** Of each caller once: those of an application have one token. */
  async function recheck(): Promise<void> {
    const callers = new Map(
      [{}, ...[...started.values()].map(({ headers }) => headers)].map(each => [keyOf(each), each]),
    )
    for (const headers of callers.values()) {
      const answer = await admit(headers)
      if (open && (answer.status === UNAUTHENTICATED || answer.status === FORBIDDEN)) {
        end(errorsOf(answer)[0]?.message ?? 'The token is no longer good')
        return
      }
    }
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
          else if (started.has(id)) refuse(id, { errorType: 'DuplicatedOperationError', message: `${id} is there.` })
          else if (started.size >= SUBSCRIPTIONS_MAX) refuse(id, TOO_MANY)
          else void start(id, message.start)
          return
        }
        case 'stop':
          started.get(message.id)?.place?.leave()
          started.delete(message.id)
          say({ type: 'complete', id: message.id })
          return
        case 'invalid':
          refuse(message.id, { errorType: 'BadRequestException', message: message.reason })
      }
    },
    async keepAlive() {
      if (!acknowledged) {
        if (awaited) end(NOT_GREETED)
        awaited = true
        return
      }
      say({ type: 'ka' })
      await recheck()
    },
    yieldPlace() {
      if (acknowledged || greeting) return false
      end(NOT_GREETED)
      return true
    },
    close() {
      open = false
      for (const { place } of started.values()) place?.leave()
      started.clear()
    },
  }
}

const NOT_GREETED = 'connection_init did not come, or was refused'

const keyOf = (headers: Readonly<Record<string, string>>): string => headers.authorization ?? ''

const NOT_STARTED: ProtocolError = {
  errorType: 'InternalFailure',
  message: 'Changes can not be listened to at the moment: try again.',
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
