/** The FHIR REST door: HTTP in, one call of the service, HTTP out. R4 http.html */
import {
  DEFAULT_LIMITS,
  type FhirService,
  type Parameters,
  parseInteraction,
  parseQueryString,
} from '#service/index.ts'
import { compressResponse } from './compress.ts'
import { FHIR_JSON, negotiateAnswer } from './content.ts'
import { addCorsHeaders, type CorsOrigins, optionsResponse } from './cors.ts'
import { decompressBody } from './decompress.ts'
import { faultToResponse } from './fault-to-response.ts'
import { bodyBytes, type HttpHandler, type HttpRequest } from './http-message.ts'
import { answerInteraction } from './interactions.ts'
import { splitGeneral } from './request.ts'
import type { Rendering } from './response.ts'

export interface DoorOptions {
  /** Default: every origin. The door takes no cookies, so that gives away nothing to a script that has no token. */
  readonly corsOrigins?: CorsOrigins
  /** Of a request's body, also after decompression. */
  readonly bodyBytesMax?: number
}

/** Never rejects: whatever goes wrong is a response. */
export function createRestDoor(service: FhirService, options: DoorOptions = {}): HttpHandler {
  const bodyBytesMax = options.bodyBytesMax ?? DEFAULT_LIMITS.bodyBytesMax
  return withHttpManners(async request => {
    let rendering = DEFAULT_RENDERING
    try {
      const mark = request.url.indexOf('?')
      const path = mark < 0 ? request.url : request.url.slice(0, mark)
      const parameters = mark < 0 ? NO_PARAMETERS : parseQueryString(request.url.slice(mark + 1))
      const { format, pretty, others } = splitGeneral(parameters)
      // Before anything is done: an update whose answer can't be given must not happen.
      rendering = { contentType: negotiateAnswer(request.headers.accept, format), pretty }
      const interaction = parseInteraction(request.method, path, others)
      const plain = await withPlainBody(request, bodyBytesMax)
      return await answerInteraction({ service, request: plain, rendering }, interaction)
    } catch (failure) {
      return faultToResponse(failure, rendering, request.call)
    }
  }, options.corsOrigins)
}

const NO_PARAMETERS: Parameters = []

const DEFAULT_RENDERING: Rendering = { contentType: `${FHIR_JSON}; charset=utf-8`, pretty: false }

async function withPlainBody(request: HttpRequest, bytesMax: number): Promise<HttpRequest> {
  if (!request.body) return request
  const body = await decompressBody(request.body, request.headers['content-encoding'], bytesMax)
  return body === request.body ? request : { ...request, body }
}

/**
 * What HTTP asks of any answer, FHIR or not: OPTIONS and CORS, HEAD, compression, Vary, the request id.
 * @param handler must not reject.
 */
export function withHttpManners(handler: HttpHandler, corsOrigins: CorsOrigins = '*'): HttpHandler {
  return async request => {
    const answer = request.method === 'OPTIONS' ? optionsResponse(request) : await handler(request)
    const { status, headers, body } = await compressResponse(request.headers['accept-encoding'], answer)
    const complete: Record<string, string> = { ...headers, Vary: VARY, 'X-Request-Id': request.call.requestId }
    addCorsHeaders(complete, request, corsOrigins)
    if (request.method !== 'HEAD') return { status, headers: complete, body }
    complete['Content-Length'] = String(bodyBytes(body))
    return { status, headers: complete, body: undefined }
  }
}

/** What of a request chooses between answers to the same address. */
const VARY = 'Accept, Accept-Encoding, Authorization, Origin'
