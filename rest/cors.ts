/** Cross-origin requests, as browsers guard them (Fetch standard, "HTTP-CORS protocol"). */
import type { HttpRequest, HttpResponse } from './http-message.ts'
import type { Headers } from './response.ts'

/** Origins that may read answers: all, pages of this machine alone, or those listed (`https://app.example.org`). */
export type CorsOrigins = '*' | 'loopback' | readonly string[]

const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/

/** Without this a browser shows a script no header but a handful: FHIR clients need these. */
const EXPOSED =
  'ETag, Location, Content-Location, Last-Modified, Retry-After, X-Progress, X-Request-Id, ' +
  'Accept-Ranges, Content-Range, Repr-Digest'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** Two hours: browsers keep no preflight longer. */
const PREFLIGHT_SECONDS = '7200'

const HEADER_NAMES = /^[A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*$/

export function addCorsHeaders(headers: Headers, request: HttpRequest, origins: CorsOrigins): void {
  const { origin } = request.headers
  if (origin === undefined) return
  if (origins === '*') headers['Access-Control-Allow-Origin'] = '*'
  else if (mayRead(origin, origins)) headers['Access-Control-Allow-Origin'] = origin
  else return
  headers['Access-Control-Expose-Headers'] = EXPOSED
}

/** Whether scripts of this origin may read answers. */
export const mayRead = (origin: string, origins: CorsOrigins): boolean =>
  origins === '*' || (origins === 'loopback' ? LOOPBACK_ORIGIN.test(origin) : origins.includes(origin))

/** What OPTIONS answers: to a preflight, what the browser may send; to anyone else, which methods there are. */
export function optionsResponse(request: HttpRequest): HttpResponse {
  const headers: Headers = { Allow: METHODS }
  if (request.headers['access-control-request-method'] !== undefined) {
    headers['Access-Control-Allow-Methods'] = METHODS
    headers['Access-Control-Max-Age'] = PREFLIGHT_SECONDS
    // The gateway refuses no header, so a preflight doesn't either.
    const wanted = request.headers['access-control-request-headers']?.trim()
    if (wanted && HEADER_NAMES.test(wanted)) headers['Access-Control-Allow-Headers'] = wanted
  }
  return { status: 204, headers, body: undefined }
}
