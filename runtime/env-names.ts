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

/** Those that a deployment on AWS sets on its functions. */
export const AWS_ENV = {
  /** Part of all names of the deployment. */
  stage: 'GATEWAY_STAGE',
  /** single or multi. */
  tenancy: 'TENANCY',
  /** true or false: whether resources may be purged. */
  hardDelete: 'HARD_DELETE',
  /** Resource types served, separated by commas. Default: all. */
  resourceTypes: 'RESOURCE_TYPES',
  /** true or false: whether requests are traced by X-Ray. */
  tracing: 'TRACING',
  /** Name of the DynamoDB table. */
  table: 'TABLE_NAME',
  /** Bucket of large bodies and binaries. */
  objectsBucket: 'OBJECTS_BUCKET',
  /** https://... of the OpenSearch domain. */
  searchEndpoint: 'SEARCH_ENDPOINT',
  /** What names of indexes and aliases start with. */
  searchPrefix: 'SEARCH_PREFIX',
  /**
   * 32 characters and more that page links are sealed with, the same for all functions. The deployment takes them from
   * a secret that it makes.
   */
  sealingKey: 'SEALING_KEY',
  /** https://... of the queue for changes that a worker can't work on. Its workers only. */
  refusedQueue: 'REFUSED_QUEUE_URL',
  /** Lambda sets it. */
  region: 'AWS_REGION',
  /** Pool whose tokens are taken. */
  userPool: 'USER_POOL_ID',
  /** Client of the pool that tokens are made for. */
  userPoolClient: 'USER_POOL_CLIENT_ID',
} as const

export type AwsEnvName = (typeof AWS_ENV)[keyof typeof AWS_ENV]
