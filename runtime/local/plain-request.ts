/** Requests as they go from thread to thread: data and nothing else. Those whose body is a stream stay in theirs. */
import type { HttpRequest } from '#rest/http-message.ts'
import type { Door, Logger } from '#service/index.ts'
import { anonymousCall } from '../anonymous-call.ts'
import type { Identity } from '../identity.ts'

export interface PlainRequest extends Omit<HttpRequest, 'call'> {
  readonly requestId: string
  /** Of the FHIR endpoint, without a slash at its end. */
  readonly baseUrl: string
  /** Milliseconds since the epoch. */
  readonly deadline: number
  /** Who asks, where there is a login. */
  readonly identity?: Identity
}

/** The request for a door, with the call that the service is asked with. */
export function withCall(plain: PlainRequest, door: Door, logger: Logger): HttpRequest {
  const { method, url, headers, body, stream, requestId, baseUrl, deadline, identity } = plain
  const call = { ...anonymousCall({ requestId, door, baseUrl, deadline, logger }), ...identity }
  return { method, url, headers, body, ...(stream && { stream }), call }
}
