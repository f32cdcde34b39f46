/**
 * Runs synchronous work of a library that writes what it can't read, or rounds, to the console: that would be content
 * of resources in the log.
 */
export function withoutConsole<T>(work: () => T): T {
  const { log, warn } = console
  console.log = ignore
  console.warn = ignore
  try {
    return work()
  } finally {
    console.log = log
    console.warn = warn
  }
}

const ignore = (): void => undefined
