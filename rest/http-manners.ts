import { DEFAULT_LIMITS } from '#service/index.ts'
import { compressResponse } from './compress.ts'
import { addCorsHeaders, type CorsOrigins, optionsResponse } from './cors.ts'
import { decompressBody } from './decompress.ts'
import { faultToResponse } from './fault-to-response.ts'
import { bodyBytes, type HttpHandler, type HttpRequest, type HttpResponse } from './http-message.ts'
import { DEFAULT_RENDERING } from './response.ts'

export interface HttpOptions {
  /**
   * Default: loopback. The doors take no cookies, so where there is a login a script gets nothing without a token;
   * where there is none, any page that somebody opens on this machine could read patients.
   */
  readonly corsOrigins?: CorsOrigins
  /** Of a request's body, also after decompression. */
  readonly bodyBytesMax?: number
}

const NOT_MODIFIED = 304

/** What of a request chooses between answers to the same address. */
const VARY = 'Accept, Accept-Encoding, Authorization, Origin'

/**
 * What HTTP asks of any answer, FHIR or not: OPTIONS and CORS, HEAD, compression either way, Vary, the request id.
 * Never rejects: whatever the handler throws is a response.
 */
export function withHttpManners(handler: HttpHandler, options: HttpOptions = {}): HttpHandler {
  const { corsOrigins = 'loopback', bodyBytesMax = DEFAULT_LIMITS.bodyBytesMax } = options
  return async request => {
    const answer = await answerOf(handler, request, bodyBytesMax)
    const { status, headers, body, stream } = await compressResponse(request.headers['accept-encoding'], answer)
    const complete: Record<string, string> = { ...headers, Vary: VARY, 'X-Request-Id': request.call.requestId }
    addCorsHeaders(complete, request, corsOrigins)
    if (request.method !== 'HEAD') return { status, headers: complete, body, ...(stream && { stream }) }
    // RFC 9110, 8.6: there it would be the length of what the client has.
    if (status !== NOT_MODIFIED) complete['Content-Length'] = String(stream ? stream.bytes : bodyBytes(body))
    return { status, headers: complete, body: undefined }
  }
}

/** The same for a failure before any door: the answer to the request says what went wrong. */
export function answerFailure(request: HttpRequest, failure: unknown, options: HttpOptions): Promise<HttpResponse> {
  return withHttpManners(async () => {
    throw failure
  }, options)({ ...request, body: undefined })
}

async function answerOf(handler: HttpHandler, request: HttpRequest, bodyBytesMax: number): Promise<HttpResponse> {
  try {
    if (request.method === 'OPTIONS') return optionsResponse(request)
    return await handler(request.body ? await withPlainBody(request, request.body, bodyBytesMax) : request)
  } catch (failure) {
    return faultToResponse(failure, DEFAULT_RENDERING, request.call)
  }
}

async function withPlainBody(request: HttpRequest, sent: Uint8Array, bytesMax: number): Promise<HttpRequest> {
  const body = await decompressBody(sent, request.headers['content-encoding'], bytesMax)
  return body === sent ? request : { ...request, body }
}
