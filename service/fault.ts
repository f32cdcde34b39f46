/** Every expected failure of the system. The doors turn it into HTTP or GraphQL as their last step. */

export const FAULT_CATEGORIES = [
  'invalid',
  'unprocessable',
  'unauthenticated',
  'forbidden',
  'not-found',
  'gone',
  'conflict',
  'precondition-failed',
  'method-not-allowed',
  'not-acceptable',
  'unsupported-media-type',
  'too-large',
  'unsupported',
  'too-costly',
  'throttled',
  'unavailable',
] as const

export type FaultCategory = (typeof FAULT_CATEGORIES)[number]

/** The codes of R4 valueset-issue-type.html that this gateway answers with. */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'security'
  | 'login'
  | 'forbidden'
  | 'processing'
  | 'not-supported'
  | 'duplicate'
  | 'multiple-matches'
  | 'not-found'
  | 'deleted'
  | 'too-long'
  | 'code-invalid'
  | 'extension'
  | 'too-costly'
  | 'business-rule'
  | 'conflict'
  | 'transient'
  | 'throttled'
  | 'timeout'
  | 'exception'
  | 'informational'

export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information'
  readonly code: IssueCode
  /** For the client: names what was wrong. Never holds resource content beyond the value that was refused. */
  readonly diagnostics: string
  /** FHIRPath of the element (`Patient.name[0].given`), or the name of the parameter. */
  readonly expression?: readonly string[]
}

export interface FaultOptions {
  readonly code?: IssueCode
  readonly expression?: readonly string[]
  /** For the log only: keys, engine messages. Never resource content. */
  readonly internal?: string
  readonly cause?: unknown
  readonly retryAfterSeconds?: number
  /** method-not-allowed: what the Allow header says. */
  readonly allow?: readonly string[]
}

const DEFAULT_CODE: Readonly<Record<FaultCategory, IssueCode>> = {
  invalid: 'invalid',
  unprocessable: 'processing',
  unauthenticated: 'login',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  gone: 'deleted',
  conflict: 'conflict',
  'precondition-failed': 'conflict',
  'method-not-allowed': 'not-supported',
  'not-acceptable': 'not-supported',
  'unsupported-media-type': 'not-supported',
  'too-large': 'too-long',
  unsupported: 'not-supported',
  'too-costly': 'too-costly',
  throttled: 'throttled',
  unavailable: 'transient',
}

// Bundlers and worker threads may hold two copies of this class: a registered symbol recognises both.
const BRAND = Symbol.for('fhir-gateway.Fault')

export class Fault extends Error {
  readonly category: FaultCategory
  readonly issues: readonly Issue[]
  readonly internal: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly allow: readonly string[] | undefined
  readonly [BRAND] = true

  constructor(category: FaultCategory, issues: readonly Issue[], options: FaultOptions = {}) {
    super(issues.map(issue => issue.diagnostics).join('; '), { cause: options.cause })
    this.name = 'Fault'
    this.category = category
    this.issues = issues
    this.internal = options.internal
    this.retryAfterSeconds = options.retryAfterSeconds
    this.allow = options.allow
  }

  static is(value: unknown): value is Fault {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** A fault of one issue, the common case. */
export function fault(category: FaultCategory, diagnostics: string, options: FaultOptions = {}): Fault {
  const issue: Issue = {
    severity: 'error',
    code: options.code ?? DEFAULT_CODE[category],
    diagnostics,
    ...(options.expression && { expression: options.expression }),
  }
  return new Fault(category, [issue], options)
}

/** Whether an engine is away, or has no room at the moment: the same may well succeed later. */
export const isAway = (error: unknown): boolean =>
  Fault.is(error) && (error.category === 'unavailable' || error.category === 'throttled')

/** The same fault told in other words, by whoever knows more of the request than the place where it occurred. */
export function withIssues(error: Fault, issues: readonly Issue[]): Fault {
  const { category, internal, retryAfterSeconds, allow } = error
  return new Fault(category, issues, {
    cause: error,
    ...(internal !== undefined && { internal }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(allow && { allow }),
  })
}
