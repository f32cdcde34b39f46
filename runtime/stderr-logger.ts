import type { Logger } from '#service/index.ts'
import { createLogger, type LogLevel } from './json-lines-logger.ts'

export const createStderrLogger = (level: LogLevel): Logger =>
  createLogger(level, Date.now, line => process.stderr.write(line))
