/** Sends requests to the FHIR endpoint, again where that is safe. */
import http from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream'
import type { LoadOptions } from './options.ts'
import type { LoadRequest } from './requests.ts'

export type Reply =
  | { readonly kind: 'answered'; readonly status: number; readonly reason: string; readonly body: Buffer }
  /** No answer came. `unsent`: nothing can have arrived at the server. */
  | { readonly kind: 'broken'; readonly message: string; readonly unsent: boolean }
  | { readonly kind: 'unreadable'; readonly message: string }

export interface Sender {
  /** Resolves in any case; an abort breaks it off. */
  send(request: LoadRequest, signal: AbortSignal): Promise<Reply>
  close(): void
}

export interface SenderOptions extends Pick<LoadOptions, 'baseUrl' | 'headers' | 'concurrency'> {
  /** Resolves after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** Milliseconds since the epoch, for Retry-After dates. */
  readonly now: () => number
}

const ATTEMPTS_MAX = 6
const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 60_000
// A bundle of 35,000 entries on a slow machine takes minutes; a server that is gone shows by its closed connection.
const ANSWER_TIMEOUT_MS = 600_000

interface Attempt {
  readonly reply: Reply
  readonly retryAfter: string | undefined
}

export function createSender(options: SenderOptions): Sender {
  const base = new URL(options.baseUrl)
  const protocol = base.protocol === 'https:' ? https : http
  const keepAlive = new protocol.Agent({ keepAlive: true, maxSockets: options.concurrency })
  const headers = {
    'content-type': 'application/fhir+json',
    accept: 'application/fhir+json',
    prefer: 'return=minimal',
    ...options.headers,
  }

  const attempt = (request: LoadRequest, signal: AbortSignal): Promise<Attempt> =>
    new Promise(resolve => {
      const outgoing = protocol.request(`${options.baseUrl}${request.path && `/${request.path}`}`, {
        method: request.method,
        headers: request.bodyBytes === undefined ? headers : { ...headers, 'content-length': request.bodyBytes },
        // An idle connection may be closed just as the next request leaves: what can't be repeated gets a fresh one.
        agent: request.repeatable ? keepAlive : false,
        timeout: ANSWER_TIMEOUT_MS,
        signal,
      })
      let connected = false
      let unreadable: Error | undefined
      const broken = (error: NodeJS.ErrnoException): void => {
        const reply: Reply = unreadable
          ? { kind: 'unreadable', message: `can't be read: ${unreadable.message}` }
          : { kind: 'broken', message: `the connection broke (${error.code ?? error.message})`, unsent: !connected }
        resolve({ reply, retryAfter: undefined })
      }
      outgoing.on('socket', socket => {
        if (!socket.connecting) connected = true
        else socket.once('connect', () => (connected = true))
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${ANSWER_TIMEOUT_MS / 1000} s`)))
      outgoing.on('error', broken)
      outgoing.on('response', incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', chunk => chunks.push(chunk))
        incoming.on('error', broken)
        incoming.on('end', () =>
          resolve({
            reply: {
              kind: 'answered',
              status: incoming.statusCode ?? 0,
              reason: incoming.statusMessage ?? '',
              body: Buffer.concat(chunks),
            },
            retryAfter: incoming.headers['retry-after'],
          }),
        )
      })
      const body = request.body()
      if (Buffer.isBuffer(body)) outgoing.end(body)
      else {
        body.once('error', error => {
          unreadable = error
        })
        // An error here is one of the request, which reports it, or of the file, which breaks the request.
        pipeline(body, outgoing, () => undefined)
      }
    })

  return {
    async send(request, signal) {
      for (let attempts = 1; ; attempts++) {
        const { reply, retryAfter } = await attempt(request, signal)
        if (signal.aborted || attempts === ATTEMPTS_MAX || !mayRetry(request, reply, retryAfter)) return reply
        await options.wait(waitMs(attempts, retryAfter, options.now()), signal)
        if (signal.aborted) return reply
      }
    },
    close: () => keepAlive.destroy(),
  }
}

/**
 * 429 says that nothing was done, and so does 503 with Retry-After (R4 http.html, RFC 9110 section 15.6.4). Where the
 * connection broke after a POST, it may have been carried out.
 */
function mayRetry(request: LoadRequest, reply: Reply, retryAfter: string | undefined): boolean {
  if (reply.kind === 'unreadable') return false
  if (reply.kind === 'broken') return reply.unsent || request.repeatable
  return reply.status === 429 || (reply.status === 503 && (request.repeatable || retryAfter !== undefined))
}

function waitMs(attempts: number, retryAfter: string | undefined, now: number): number {
  const asked = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : Date.parse(retryAfter ?? '') - now
  const ms = Number.isNaN(asked) ? BACKOFF_FIRST_MS * 2 ** (attempts - 1) : Math.max(asked, 0)
  return Math.min(ms, BACKOFF_MAX_MS)
}
