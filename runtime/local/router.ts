/** Which door answers a request, and in which thread. */
import { takesStream } from '#rest/binary.ts'
import { mayRead } from '#rest/cors.ts'
import { bodyTooLarge } from '#rest/decompress.ts'
import { createRestDoor } from '#rest/door.ts'
import { outcomeResponse } from '#rest/fault-to-response.ts'
import { answerFailure, withHttpManners } from '#rest/http-manners.ts'
import type { HttpResponse } from '#rest/http-message.ts'
import { isObjectPath } from '#rest/objects.ts'
import { DEFAULT_RENDERING } from '#rest/response.ts'
import { type FhirService, fault, type Logger } from '#service/index.ts'
import type { Config } from '../env.ts'
import { ENV } from '../env-names.ts'
import { ANONYMOUS } from '../identity.ts'
import { createRequestIds, givenRequestId } from '../request-ids.ts'
import { type Address, addressOf, baseUrlOf, FHIR_PATH, isGraphqlOperation } from './addresses.ts'
import type { DoorThread } from './door-thread.ts'
import { indexPage } from './index-page.ts'
import type { Login } from './login.ts'
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts'
import { type PlainRequest, withCall } from './plain-request.ts'
import type { ReceivedRequest } from './server.ts'

/** A thread each, so that a Bundle of thousands of entries does not hold up GraphQL. */
export type Lane = 'graphql' | 'bulk'

export interface RouterOptions {
  readonly service: FhirService
  readonly threads: Readonly<Record<Lane, Pick<DoorThread, 'send'>>>
  readonly config: Config
  readonly bodyBytesMax: number
  readonly logger: Logger
  /** Begins the ids of requests; unique to this process. */
  readonly requestIdPrefix: string
  readonly now: () => number
  /** undefined: whoever reaches the gateway may use it. */
  readonly login?: Login
}

export interface Router {
  /** Never rejects. */
  handle(received: ReceivedRequest): Promise<HttpResponse>
  /** Has a subscription planned: what is received is its document, as POST has one. Never rejects. */
  subscribe(received: ReceivedRequest): Promise<HttpResponse>
  /** 204 where the caller is known, or nobody asks who it is. Never rejects. */
  admit(received: ReceivedRequest): Promise<HttpResponse>
  /** Whether a page of this origin may open a socket under this Host header, which no CORS keeps it from. */
  mayConnect(headers: ReceivedRequest['headers']): boolean
  /** Whether a request's body is content that the door takes as it comes. */
  streamsBody(received: ReceivedRequest): boolean
  /** The answer to a body of more than bodyBytesMax. Never rejects. */
  refuseBody(received: ReceivedRequest): Promise<HttpResponse>
}

/** As long as an answer through API Gateway may take. */
const REQUEST_MS = 28_000
/** A Bundle may hold thousands of entries. */
const BUNDLE_MS = 120_000
/** The time in which the body comes is counted, and Node's server gives a request so much. */
const STREAM_MS = 300_000

/** Parsing and checking more than this would hold up the requests beside it. */
const MAIN_THREAD_BYTES_MAX = 1024 * 1024
/** Compressed, FHIR JSON is a tenth or less. */
const MAIN_THREAD_COMPRESSED_BYTES_MAX = 64 * 1024

export function createRouter(options: RouterOptions): Router {
  const { service, threads, config, bodyBytesMax, logger, now } = options
  const http = { corsOrigins: config.corsOrigins, bodyBytesMax }
  const restDoor = createRestDoor(service, http)
  const makeRequestId = createRequestIds(options.requestIdPrefix)
  const wantsLoopbackHost = config.baseUrl === undefined && isLoopbackAddress(config.host)
  const scheme = config.tls ? 'https' : 'http'
  const fallbackBaseUrl = `${scheme}://localhost:${config.port}${FHIR_PATH}`

  const plainRequest = ({ method, headers, body, stream }: ReceivedRequest, { url }: Address): PlainRequest => ({
    method,
    url,
    headers,
    body,
    ...(stream && { stream }),
    requestId: givenRequestId(headers['x-request-id']) ?? makeRequestId(),
    baseUrl: config.baseUrl ?? baseUrlOf(scheme, headers.host, fallbackBaseUrl),
    deadline: now() + (stream ? STREAM_MS : isBundle(method, url) ? BUNDLE_MS : REQUEST_MS),
  })
  const refuse = (plain: PlainRequest, failure: unknown) =>
    answerFailure(withCall(plain, 'rest', logger), failure, http)
  const { login } = options
  /** The same as somebody, where there is a login and the address is not open to everybody. */
  const identified = (
    plain: PlainRequest,
    isOpen: boolean,
    next: (plain: PlainRequest) => Promise<HttpResponse>,
  ): Promise<HttpResponse> => {
    if (!login) return next(plain)
    if (isOpen) return next({ ...plain, identity: ANONYMOUS })
    return login(plain.headers.authorization).then(
      identity => next({ ...plain, identity }),
      (failure: unknown) => refuse(plain, failure),
    )
  }
  const answer = (target: 'fhir' | 'graphql', address: Address, plain: PlainRequest): Promise<HttpResponse> => {
    const lane = laneOf(address, plain)
    if (!lane) return restDoor(withCall(plain, 'rest', logger))
    return threads[lane].send(target, plain).catch((failure: unknown) => refuse(plain, failure))
  }

  return {
    handle(received) {
      const address = addressOf(received.url)
      const plain = plainRequest(received, address)
      if (wantsLoopbackHost && !isLoopbackHost(received.headers.host)) {
        return withHttpManners(async () => misdirected(), http)(withCall(plain, 'rest', logger))
      }
      switch (address.target) {
        case 'fhir':
        case 'graphql': {
          const { target } = address
          return identified(plain, isOpen(address, plain), known => answer(target, address, known))
        }
        case 'index': {
          if (!INDEX_METHODS.includes(plain.method)) return refuse(plain, indexOnly(plain.method))
          return withHttpManners(async () => indexPage(plain.baseUrl), http)(withCall(plain, 'rest', logger))
        }
        case 'nothing':
          return refuse(plain, fault('not-found', `There is nothing here. FHIR is at ${plain.baseUrl}.`))
      }
    },
    subscribe(received) {
      const plain = plainRequest(received, { target: 'graphql', url: '' })
      return identified(plain, false, known =>
        threads.graphql.send('subscription', known).catch((failure: unknown) => refuse(known, failure)),
      )
    },
    admit(received) {
      const plain = plainRequest(received, { target: 'graphql', url: '' })
      return identified(plain, false, async () => ({ status: 204, headers: {}, body: undefined }))
    },
    mayConnect({ host, origin }) {
      if (wantsLoopbackHost && !isLoopbackHost(host)) return false
      return origin === undefined || mayRead(origin, config.corsOrigins)
    },
    streamsBody(received) {
      const { target, url } = addressOf(received.url)
      return target === 'fhir' && takesStream(service.binaries, { ...received, url })
    },
    refuseBody(received) {
      return refuse(plainRequest(received, addressOf(received.url)), bodyTooLarge(bodyBytesMax))
    },
  }
}

const isBundle = (method: string, url: string): boolean => method === 'POST' && (url === '' || url === '/')

/** What browsers ask before they send a token, what tells clients where to get one, and what a URL is enough for. */
const isOpen = ({ target, url }: Address, { method }: PlainRequest): boolean =>
  method === 'OPTIONS' ||
  (target === 'fhir' && ((method === 'GET' && /^\/metadata(\?|$)/.test(url)) || isObjectPath(url)))

const INDEX_METHODS = ['GET', 'HEAD', 'OPTIONS']

const indexOnly = (method: string) =>
  fault('method-not-allowed', `The start page does not take ${method}, but ${INDEX_METHODS.join(', ')}.`, {
    allow: INDEX_METHODS,
  })

/** RFC 9110, 15.5.20 */
const MISDIRECTED = 421

const misdirected = (): HttpResponse =>
  outcomeResponse(DEFAULT_RENDERING, MISDIRECTED, {}, [
    {
      severity: 'error',
      code: 'security',
      diagnostics:
        'This server listens on this machine alone and takes requests for localhost, not for what the Host header ' +
        `names. Set ${ENV.baseUrl} to the URL by which it is meant to be reached.`,
    },
  ])

/** undefined: the main thread, which all that is short stays on. */
function laneOf({ target, url }: Address, { method, body, headers }: PlainRequest): Lane | undefined {
  if (method === 'OPTIONS') return undefined
  if (target === 'graphql' || isGraphqlOperation(url)) return 'graphql'
  if (!body) return undefined
  const compressed = headers['content-encoding'] !== undefined
  const bytesMax = compressed ? MAIN_THREAD_COMPRESSED_BYTES_MAX : MAIN_THREAD_BYTES_MAX
  return body.byteLength > bytesMax ? 'bulk' : undefined
}
