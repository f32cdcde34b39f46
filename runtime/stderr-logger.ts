import type { Logger } from '#service/index.ts'
import { createLogger, type LogLevel } from './json-lines-logger.ts'

export const createStderrLogger = (level: LogLevel): Logger =>
  createLogger({ level, now: Date.now, write: line => process.stderr.write(line) })
