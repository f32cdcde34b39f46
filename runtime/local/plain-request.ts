/** Requests as they go from thread to thread: data and nothing else. */
import type { HttpRequest } from '#rest/http-message.ts'
import { type Call, type Door, type Logger, tenantOf } from '#service/index.ts'

export interface PlainRequest extends Omit<HttpRequest, 'call'> {
  readonly requestId: string
  /** Of the FHIR endpoint, without a slash at its end. */
  readonly baseUrl: string
  /** Milliseconds since the epoch. */
  readonly deadline: number
}

/** The embedded gateway has one tenant and no login: whoever reaches it may use it. */
const TENANT = tenantOf('default')
const CALLER = Object.freeze({ subject: 'anonymous' })

/** The request for a door, with the call that the service is asked with. */
export function withCall(plain: PlainRequest, door: Door, logger: Logger): HttpRequest {
  const { method, url, headers, body, requestId, baseUrl, deadline } = plain
  const call: Call = { requestId, tenant: TENANT, caller: CALLER, door, baseUrl, deadline, logger }
  return { method, url, headers, body, call }
}
