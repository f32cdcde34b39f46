/** What the SDK's errors mean for whoever may try again. */
import type { TableErrorKind } from './table-error.ts'

export const KIND_BY_NAME: Readonly<Record<string, TableErrorKind>> = {
  ThrottlingException: 'throttled',
  ThrottlingError: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  ProvisionedThroughputExceeded: 'throttled',
  RequestLimitExceeded: 'throttled',
  LimitExceededException: 'throttled',
  TransactionConflictException: 'contended',
  TransactionConflict: 'contended',
  TransactionInProgressException: 'contended',
  InternalServerError: 'unclear',
  ServiceUnavailable: 'unclear',
  TimeoutError: 'unclear',
  AbortError: 'unclear',
  ECONNREFUSED: 'unclear',
  ECONNRESET: 'unclear',
  EPIPE: 'unclear',
  ETIMEDOUT: 'unclear',
  ENOTFOUND: 'unclear',
  EAI_AGAIN: 'unclear',
}

/** undefined: it would fail again. */
export function kindOf(error: unknown): TableErrorKind | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, $metadata } = error as { code?: string; $metadata?: { httpStatusCode?: number } }
  const known = KIND_BY_NAME[error.name] ?? (code === undefined ? undefined : KIND_BY_NAME[code])
  return known ?? (($metadata?.httpStatusCode ?? 0) >= 500 ? 'unclear' : undefined)
}
