/** Primary result codes of SQLite (rescode.html) that say something about the machine, not about our statements. */
const ENGINE_FAILURES: ReadonlySet<number> = new Set([
  5, // BUSY
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
])

export const isEngineFailure = (error: unknown): boolean => {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  // Extended codes have the primary one in their low byte.
  return ENGINE_FAILURES.has(code & 0xff)
}

export const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error))
