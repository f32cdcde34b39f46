import { type Fault, fault } from '#service/fault.ts'

/** Primary result codes of SQLite (rescode.html) that say something about the machine, not about our statements. */
const ENGINE_FAILURES: ReadonlySet<number> = new Set([
  5, // BUSY
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  14, // CANTOPEN
])

const FULL = 13

export type EngineFailure = { readonly failure: 'full' | 'failed' | 'bug'; readonly message: string }

/** Of what SQLite has thrown. */
export function engineFailure(error: unknown): EngineFailure {
  const code = primaryCode(error)
  const failure = code === FULL ? 'full' : code !== undefined && ENGINE_FAILURES.has(code) ? 'failed' : 'bug'
  return { failure, message: describe(error) }
}

/** undefined: SQLite didn't throw it. Extended codes have the primary one in their low byte. */
export const primaryCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined

export const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Somebody has to make room. */
const FULL_SECONDS = 30

export const diskFull = (internal: string, cause?: unknown): Fault =>
  fault('unavailable', 'The disk of the data store is full; nothing was written. Reading goes on.', {
    ...{ internal, cause },
    retryAfterSeconds: FULL_SECONDS,
  })
