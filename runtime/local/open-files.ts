/** How many files and connections the system lets this process have open. */
import { readFileSync } from 'node:fs'

/** Threads, the database's files and the listening socket take about fifty, each connection another one. */
const OPEN_FILES_LEAST = 128

/** What Linux says of this process; elsewhere nothing is known, and the usual limits suffice. */
export function openFilesLimit(): number | undefined {
  try {
    return parseOpenFiles(readFileSync('/proc/self/limits', 'utf8'))
  } catch {
    return undefined
  }
}

/** The soft limit, in the words of proc(5); undefined: there is none. */
export function parseOpenFiles(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? undefined : Number(soft)
}

/** A sentence that says what to do, where it is too low. */
export const openFilesProblem = (limit: number | undefined): string | undefined =>
  limit === undefined || limit >= OPEN_FILES_LEAST
    ? undefined
    : `The system lets this process open ${limit} files and connections; it needs ${OPEN_FILES_LEAST} at least. Raise the limit: ulimit -n 1024`
