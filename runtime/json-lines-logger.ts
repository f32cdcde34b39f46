import type { LogFields, Logger } from '#service/index.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** One JSON object a line: what log collectors read without being told how. */
export function createLogger(level: LogLevel, now: () => number, write: (line: string) => void): Logger {
  const lowest = LOG_LEVELS.indexOf(level)
  const at = (name: LogLevel) => {
    if (LOG_LEVELS.indexOf(name) < lowest) return ignore
    return (message: string, fields?: LogFields): void => {
      write(`${JSON.stringify({ time: new Date(now()).toISOString(), level: name, message, ...fields })}\n`)
    }
  }
  return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })
}

const ignore = (): void => undefined
