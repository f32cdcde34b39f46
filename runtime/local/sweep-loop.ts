/** What is done now and then while the gateway runs: a minute after the start, and every six hours. */
import type { Logger } from '#service/index.ts'

export interface SweepLoopOptions {
  /** How much was taken away. */
  readonly sweep: () => Promise<number>
  readonly logger: Logger
}

const FIRST_MS = 60_000
const EVERY_MS = 6 * 60 * 60 * 1000

export function startSweepLoop({ sweep, logger }: SweepLoopOptions): { readonly close: () => void } {
  let closed = false
  const run = async (): Promise<void> => {
    try {
      const swept = await sweep()
      if (swept > 0) logger.info('Objects that nothing names were taken away', { swept })
    } catch (error) {
      // The next run tries again; when the gateway ends, its store does.
      if (!closed) logger.warn('Objects that nothing names could not be looked for', { cause: nameOf(error) })
    }
  }
  const first = setTimeout(run, FIRST_MS).unref()
  const timer = setInterval(run, EVERY_MS).unref()
  return {
    close() {
      closed = true
      clearTimeout(first)
      clearInterval(timer)
    },
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)
