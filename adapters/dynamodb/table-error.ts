import { type Fault, fault } from '#service/fault.ts'

/**
 * throttled: refused for its load. contended: another transaction was at one of the items. Neither has written
 * anything. unclear: no answer; a write may have happened, or happen yet.
 */
export type TableErrorKind = 'throttled' | 'contended' | 'unclear'

/** A request that may be tried again. */
export class TableError extends Error {
  readonly kind: TableErrorKind

  constructor(kind: TableErrorKind, cause?: unknown) {
    super(`The table's answer was: ${kind}`, { cause })
    this.name = 'TableError'
    this.kind = kind
  }
}

/** Nothing was asked of the table. */
export const tooLate = (): Fault =>
  fault('unavailable', 'The server was too busy to do this in time.', { retryAfterSeconds: 1 })

/** What the caller hears when there was no time left for another attempt. */
export function faultOfTable(error: TableError, wrote: boolean): Fault {
  const options = { cause: error, internal: describe(error.cause), retryAfterSeconds: 1 }
  switch (error.kind) {
    case 'throttled':
      return fault('throttled', 'The storage is busy: try again later.', options)
    case 'contended':
      return fault('conflict', 'Others write to the same resources at the same time: try again.', options)
    case 'unclear':
      return wrote
        ? fault(
            'unavailable',
            'The storage did not confirm in time what was written: read it before you try again.',
            options,
          )
        : fault('unavailable', 'The storage did not answer in time.', options)
  }
}

const describe = (cause: unknown): string =>
  cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
