import type { LogFields, Logger } from '#service/index.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** One JSON object a line: what log collectors read without being told how. */
export interface LoggerParts {
  readonly level: LogLevel
  readonly now: () => number
  readonly write: (line: string) => void
  /** Fields of every line. */
  readonly always?: () => LogFields
}

export function createLogger({ level, now, write, always = noFields }: LoggerParts): Logger {
  const lowest = LOG_LEVELS.indexOf(level)
  const at = (name: LogLevel) => {
    if (LOG_LEVELS.indexOf(name) < lowest) return ignore
    return (message: string, fields?: LogFields): void => {
      write(
        `${JSON.stringify({ time: new Date(now()).toISOString(), level: name, message, ...always(), ...fields })}\n`,
      )
    }
  }
  return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })
}

const noFields = (): LogFields => ({})

const ignore = (): void => undefined
