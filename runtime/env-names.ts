/** Names of the environment variables, shared with infra so that the two sides can't drift. */
export const ENV = {
  /** TCP port of the local server. */
  port: 'PORT',
  /** Address that the local server listens on. */
  host: 'HOST',
  /** Folder of the embedded store. */
  dataFolder: 'DATA_DIR',
  /** debug, info, warn, error or silent. */
  logLevel: 'LOG_LEVEL',
  /** Origins whose scripts may read answers, separated by commas; `*` for all. Default: pages of this machine. */
  corsOrigins: 'CORS_ORIGINS',
  /** URL under which clients reach the FHIR endpoint, where it is another one than the server sees. */
  baseUrl: 'FHIR_BASE_URL',
} as const

export type EnvName = (typeof ENV)[keyof typeof ENV]
