/** What the engine refuses, or does not answer, as the service's callers hear it. */
import { type Fault, fault } from '#service/fault.ts'
import { type EngineResponse, NoAnswer } from './engine.ts'

const RETRY_AFTER_SECONDS = 5

export const tooSlow = (milliseconds: number): Fault => {
  const seconds = Math.max(milliseconds, 0) / 1000
  const givenUp = `The search was given up after the ${seconds.toFixed(1)} seconds it may take.`
  return fault('too-costly', `${givenUp} Give it more, or more selective, parameters.`)
}

export const unavailable = (internal: string, cause?: unknown): Fault =>
  fault('unavailable', 'The search index does not answer at the moment: try again later.', {
    internal,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    ...(cause !== undefined && { cause }),
  })

/** Anything but a NoAnswer stays what it is. */
export function unanswered(error: unknown): unknown {
  if (!(error instanceof NoAnswer)) return error
  return unavailable(`${error.kind}: ${error.cause instanceof Error ? error.cause.message : 'no answer'}`, error)
}

/** The fault that a refusal is; one that only our own mistake brings about is an Error. */
export function refused({ status, body }: EngineResponse): Error {
  const internal = `status ${status}, ${causesOf(body).join(', ') || 'no cause'}`
  if (status === 429) {
    return fault('throttled', 'The search index is busy: try again later.', { internal, retryAfterSeconds: 1 })
  }
  if (TOO_COMPLEX.test(reasonsOf(body))) {
    return fault(
      'too-costly',
      'The search has more conditions, or longer texts, than the index can look for at once.',
      {
        internal,
      },
    )
  }
  // 403 is a matter of grants, 404 of an index that is not there yet: neither is the caller's fault.
  if (status >= 500 || status === 401 || status === 403 || status === 404) return unavailable(internal)
  return new Error(`The search engine refused a request: ${internal}`)
}

/** What is asked for in whole, and whose time is up, the engine calls a failure of its own. */
export const isTimeUp = ({ status, body }: EngineResponse): boolean => status === 500 && TIME_UP.test(reasonsOf(body))

/** While documents are looked at, or before. */
const TIME_UP = /"query_phase_execution_exception","reason":"Time exceeded"|"time_exceeded_exception"/
const TOO_COMPLEX = /maxClauseCount|too_many_(nested_)?clauses|Determinizing|too_complex/

/** Names of the engine's errors. Their texts quote values, so they are not passed on. */
function causesOf(body: unknown): string[] {
  const error = errorOf(body)
  const types = [error?.type, ...(error?.root_cause ?? []).map(cause => cause.type), error?.caused_by?.type]
  return [...new Set(types.filter(type => type !== undefined))]
}

const reasonsOf = (body: unknown): string => JSON.stringify(errorOf(body) ?? '')

interface EngineError {
  readonly type?: string
  readonly root_cause?: readonly { readonly type?: string }[]
  readonly caused_by?: { readonly type?: string }
}

/** Some refusals have a text where others have an object. */
function errorOf(body: unknown): EngineError | undefined {
  const error = (body as { readonly error?: unknown } | undefined)?.error
  return typeof error === 'object' && error !== null ? error : undefined
}
