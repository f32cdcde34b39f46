/** What each category of fault is in HTTP: for responses of the REST door and for entries of bundle responses alike. */
import type { FaultCategory } from './fault.ts'

export interface HttpStatus {
  readonly status: number
  readonly reason: string
}

export const HTTP_STATUS: Readonly<Record<FaultCategory, HttpStatus>> = Object.freeze({
  invalid: { status: 400, reason: 'Bad Request' },
  unprocessable: { status: 422, reason: 'Unprocessable Content' },
  unauthenticated: { status: 401, reason: 'Unauthorized' },
  forbidden: { status: 403, reason: 'Forbidden' },
  'not-found': { status: 404, reason: 'Not Found' },
  gone: { status: 410, reason: 'Gone' },
  conflict: { status: 409, reason: 'Conflict' },
  'precondition-failed': { status: 412, reason: 'Precondition Failed' },
  'method-not-allowed': { status: 405, reason: 'Method Not Allowed' },
  'not-acceptable': { status: 406, reason: 'Not Acceptable' },
  'unsupported-media-type': { status: 415, reason: 'Unsupported Media Type' },
  'too-large': { status: 413, reason: 'Content Too Large' },
  unsupported: { status: 501, reason: 'Not Implemented' },
  'too-costly': { status: 422, reason: 'Unprocessable Content' },
  throttled: { status: 429, reason: 'Too Many Requests' },
  unavailable: { status: 503, reason: 'Service Unavailable' },
})

/** What a fault that is none (a bug) is in HTTP. */
export const INTERNAL_ERROR: HttpStatus = Object.freeze({ status: 500, reason: 'Internal Server Error' })

/** The HTTP status code of a category. */
export const statusOf = (category: FaultCategory): number => HTTP_STATUS[category].status

/** As Bundle.entry.response.status holds it: `412 Precondition Failed`. */
export const statusLine = (status: HttpStatus): string => `${status.status} ${status.reason}`
