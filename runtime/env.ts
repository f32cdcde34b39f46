/** The environment, read once and checked: a process that starts has a configuration that makes sense. */
import { ENV, type EnvName } from './env-names.ts'
import { LOG_LEVELS, type LogLevel } from './json-lines-logger.ts'

export interface Config {
  readonly port: number
  readonly host: string
  readonly dataFolder: string
  readonly logLevel: LogLevel
  readonly corsOrigins: '*' | 'loopback' | readonly string[]
  /** Without a slash at its end; undefined: as the request's Host header has it. */
  readonly baseUrl: string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Lists every variable that is wrong, a sentence each. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

/** @throws ConfigurationError */
export function parseEnvironment(environment: Environment): Config {
  const problems: string[] = []
  const read = <T>(name: EnvName, fallback: T, parse: (text: string) => T | undefined, expected: string): T => {
    const text = environment[name]?.trim()
    if (!text) return fallback
    const value = parse(text)
    if (value !== undefined) return value
    problems.push(`${name} is ${JSON.stringify(text)}, but must be ${expected}.`)
    return fallback
  }
  const config: Config = {
    port: read(ENV.port, 8080, parsePort, 'a port number from 0 (any free port) to 65535'),
    // There is no login by default: only this machine may ask until somebody decides otherwise.
    host: read(ENV.host, '127.0.0.1', asIs, 'a host name or IP address'),
    dataFolder: read(ENV.dataFolder, 'data/gateway', asIs, 'a folder'),
    logLevel: read(ENV.logLevel, 'info', parseLogLevel, `one of ${LOG_LEVELS.join(', ')}`),
    corsOrigins: read(
      ENV.corsOrigins,
      'loopback',
      parseOrigins,
      '* or origins such as https://app.example.org, with commas',
    ),
    baseUrl: read(ENV.baseUrl, undefined, parseBaseUrl, 'an http(s) URL without query: https://example.org/fhir'),
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return Object.freeze(config)
}

const asIs = (text: string): string => text

function parsePort(text: string): number | undefined {
  const port = Number(text)
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : undefined
}

const parseLogLevel = (text: string): LogLevel | undefined => LOG_LEVELS.find(level => level === text)

function parseOrigins(text: string): Config['corsOrigins'] | undefined {
  if (text === '*') return '*'
  const origins = text.split(',').map(origin => origin.trim())
  return origins.every(origin => URL.parse(origin)?.origin === origin) ? origins : undefined
}

function parseBaseUrl(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return undefined
  return text.replace(/\/+$/, '')
}
