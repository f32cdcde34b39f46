import { expect, test } from 'vitest'
import { createLogger, LOG_LEVELS, type LogLevel } from './json-lines-logger.ts'

function linesAt(level: LogLevel): string[] {
  const lines: string[] = []
  const logger = createLogger({ level, now: () => 0, write: line => lines.push(line) })
  logger.debug('Detail', { count: 1 })
  logger.info('News', { missing: undefined })
  logger.warn('Doubt')
  logger.error('Trouble', { code: 'E' })
  return lines
}

const ALL = [
  '{"time":"1970-01-01T00:00:00.000Z","level":"debug","message":"Detail","count":1}\n',
  '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"News"}\n',
  '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"Doubt"}\n',
  '{"time":"1970-01-01T00:00:00.000Z","level":"error","message":"Trouble","code":"E"}\n',
]

test.each(LOG_LEVELS.map((level, index) => [level, ALL.slice(index)] as const))('level %s', (level, lines) => {
  expect(linesAt(level)).toEqual(lines)
})

test('some fields are in every line', () => {
  const lines: string[] = []
  const always = () => ({ traceId: '1-2', code: 'none' })
  createLogger({ level: 'info', now: () => 0, write: line => lines.push(line), always }).info('News', { code: 'E' })
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"News","traceId":"1-2","code":"E"}\n',
  ])
})
