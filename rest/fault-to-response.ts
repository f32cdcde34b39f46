/** Whatever went wrong, as HTTP with an OperationOutcome. R4 http.html#Status-Codes */
import {
  encodeUtf8,
  Fault,
  HTTP_STATUS,
  INTERNAL_ERROR,
  type Issue,
  type Logger,
  operationOutcome,
  stringifyJson,
  traceOf,
} from '#service/index.ts'
import type { HttpResponse } from './http-message.ts'
import { type Headers, jsonResponse, type Rendering } from './response.ts'

export interface FailureContext {
  readonly requestId: string
  readonly logger: Logger
}

/**
 * @param failure anything thrown. What is no Fault is a bug: the client gets a fixed text, the log where it happened.
 */
export function faultToResponse(failure: unknown, rendering: Rendering, context: FailureContext): HttpResponse {
  if (!Fault.is(failure)) {
    context.logger.error('Internal error', { requestId: context.requestId, ...traceOf(failure) })
    return outcomeResponse(rendering, INTERNAL_ERROR.status, {}, [
      {
        severity: 'fatal',
        code: 'exception',
        diagnostics: `An internal error occurred. The log knows it as request ${context.requestId}.`,
      },
    ])
  }
  if (failure.internal !== undefined)
    context.logger.warn('Request failed', {
      requestId: context.requestId,
      category: failure.category,
      internal: failure.internal,
    })
  const headers: Headers = {}
  if (failure.allow) headers.Allow = failure.allow.join(', ')
  if (failure.retryAfterSeconds !== undefined) headers['Retry-After'] = String(failure.retryAfterSeconds)
  // RFC 9110, 15.5.2: a 401 says how to authenticate.
  if (failure.category === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer'
  return outcomeResponse(rendering, HTTP_STATUS[failure.category].status, headers, failure.issues)
}

export const outcomeResponse = (
  rendering: Rendering,
  status: number,
  headers: Headers,
  issues: readonly Issue[],
): HttpResponse => jsonResponse(rendering, status, headers, encodeUtf8(stringifyJson(operationOutcome(issues))))
