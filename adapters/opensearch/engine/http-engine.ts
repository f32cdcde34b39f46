import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock } from '#service/ports/clock.ts'
import { type Engine, type EngineRequest, type EngineResponse, NoAnswer, type RequestSigner } from './engine.ts'

export interface HttpEngineParts {
  /** `https://search-....es.amazonaws.com` */
  readonly endpoint: string
  readonly clock: Clock
  /** undefined: the engine lets everybody in who reaches it. */
  readonly sign?: RequestSigner
}

const SOCKETS_MAX = 64
/** Node takes a longer time for none at all. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** Connections are kept. Every request may be repeated, so one on a kept connection that has ended meanwhile is. */
export class HttpEngine implements Engine {
  readonly #url: URL
  readonly #clock: Clock
  readonly #sign: RequestSigner | undefined
  readonly #agent: HttpAgent
  readonly #open: typeof httpRequest

  constructor({ endpoint, clock, sign }: HttpEngineParts) {
    this.#url = new URL(endpoint)
    this.#clock = clock
    this.#sign = sign
    const secure = this.#url.protocol === 'https:'
    this.#agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: SOCKETS_MAX })
    this.#open = secure ? httpsRequest : httpRequest
  }

  async send(request: EngineRequest): Promise<EngineResponse> {
    const options = await this.#options(request)
    try {
      return await this.#attempt(options, request)
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error
    }
    try {
      return await this.#attempt(options, request)
    } catch (error) {
      throw error instanceof StaleConnection ? new NoAnswer('unreachable', error.cause) : error
    }
  }

  /** Ends the connections that are kept. */
  close(): void {
    this.#agent.destroy()
  }

  async #options({ method, path, query = {}, body = '' }: EngineRequest): Promise<RequestOptions> {
    const { hostname, host, port } = this.#url
    const search = new URLSearchParams(query).toString()
    const signed = (await this.#sign?.({ method, host, path, query, body })) ?? {}
    const headers = {
      host,
      'content-type': path.endsWith('_bulk') ? 'application/x-ndjson' : 'application/json',
      'content-length': Buffer.byteLength(body),
      ...signed,
    }
    return {
      method,
      hostname,
      ...(port !== '' && { port }),
      path: search === '' ? path : `${path}?${search}`,
      headers,
      agent: this.#agent,
    }
  }

  #attempt(options: RequestOptions, { body, deadline }: EngineRequest): Promise<EngineResponse> {
    const milliseconds = Math.min(deadline - this.#clock.now(), TIMER_MS_MAX)
    if (milliseconds <= 0) return Promise.reject(new NoAnswer('late'))
    return new Promise((resolve, reject) => {
      const sent = this.#open(options)
      const timer = setTimeout(() => {
        // Without a connection it is not the work that takes too long.
        reject(new NoAnswer(sent.socket?.connecting === false ? 'late' : 'unreachable'))
        sent.destroy()
      }, milliseconds)
      const fail = (error: Error) => {
        clearTimeout(timer)
        reject(sent.reusedSocket ? new StaleConnection(error) : new NoAnswer('unreachable', error))
      }
      sent.on('error', fail)
      sent.on('response', response => {
        read(response)
          .then(answer => {
            clearTimeout(timer)
            resolve(answer)
          })
          .catch(fail)
      })
      sent.end(body)
    })
  }
}

class StaleConnection extends Error {
  constructor(cause: Error) {
    super('A kept connection has ended', { cause })
  }
}

async function read(response: IncomingMessage): Promise<EngineResponse> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const status = response.statusCode ?? 0
  const isJson = response.headers['content-type']?.includes('json') ?? false
  return { status, body: isJson && chunks.length > 0 ? parse(Buffer.concat(chunks).toString('utf8')) : undefined }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own error quotes the answer.
    throw new Error('The answer is no JSON')
  }
}
