/** The environment, read once and checked: a process that starts has a configuration that makes sense. */
import { type AccessConfig, readAccess } from './access-environment.ts'
import { ENV } from './env-names.ts'
import { anyText, type Environment, EnvironmentReader } from './environment-reader.ts'
import { LOG_LEVELS, type LogLevel } from './json-lines-logger.ts'

export { ConfigurationError, type Environment } from './environment-reader.ts'

export interface Config {
  readonly port: number
  readonly host: string
  readonly dataFolder: string
  readonly logLevel: LogLevel
  readonly corsOrigins: '*' | 'loopback' | readonly string[]
  /** Without a slash at its end; undefined: as the request's Host header has it. */
  readonly baseUrl: string | undefined
  /** undefined: plain http. */
  readonly tls: TlsFiles | undefined
  readonly access: AccessConfig
}

/** PEM files. */
export interface TlsFiles {
  readonly certificateFile: string
  readonly keyFile: string
}

/** @throws ConfigurationError */
export function parseEnvironment(environment: Environment): Config {
  const reader = new EnvironmentReader(environment)
  const config: Config = {
    port: reader.optional(ENV.port, 8080, parsePort, 'a port number from 0 (any free port) to 65535'),
    // There is no login by default: only this machine may ask until somebody decides otherwise.
    host: reader.optional(ENV.host, '127.0.0.1', anyText, 'a host name or IP address'),
    dataFolder: reader.optional(ENV.dataFolder, 'data/gateway', anyText, 'a folder'),
    logLevel: reader.optional(ENV.logLevel, 'info', parseLogLevel, `one of ${LOG_LEVELS.join(', ')}`),
    corsOrigins: reader.optional(
      ENV.corsOrigins,
      'loopback',
      parseOrigins,
      '* or origins such as https://app.example.org, with commas',
    ),
    baseUrl: reader.optional(
      ENV.baseUrl,
      undefined,
      parseBaseUrl,
      'an http(s) URL without query: https://example.org/fhir',
    ),
    tls: tlsFiles(reader),
    access: readAccess(reader),
  }
  reader.end()
  return Object.freeze(config)
}

function tlsFiles(reader: EnvironmentReader): TlsFiles | undefined {
  const certificateFile = reader.optional(ENV.tlsCertificate, undefined, anyText, 'a PEM file')
  const keyFile = reader.optional(ENV.tlsKey, undefined, anyText, 'a PEM file')
  if (certificateFile === undefined && keyFile === undefined) return undefined
  return {
    certificateFile: certificateFile ?? reader.required(ENV.tlsCertificate, anyText, 'the PEM file of the certificate'),
    keyFile: keyFile ?? reader.required(ENV.tlsKey, anyText, 'the PEM file of the private key'),
  }
}

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
