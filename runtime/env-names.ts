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
  /** PEM files by which the local server speaks https and wss; both or none. */
  tlsCertificate: 'TLS_CERT_FILE',
  tlsKey: 'TLS_KEY_FILE',
  /** Resource types served, separated by commas. Default: all. */
  resourceTypes: 'RESOURCE_TYPES',
  /** true or false: whether resources may be erased with all of their versions. */
  hardDelete: 'HARD_DELETE',
  /** optional or required: whether what changes a resource has to say by If-Match which version it changes. */
  ifMatch: 'IF_MATCH',
  /** off or enforced: whether references have to lead to resources of this server. */
  referenceIntegrity: 'REFERENCE_INTEGRITY',
  /** Elements whose references get the version of their target, separated by commas: `Observation.subject`. */
  versionedReferences: 'VERSIONED_REFERENCES',
  /** How many resources one conditional delete may delete. Default: 1. */
  conditionalDeleteMax: 'CONDITIONAL_DELETE_MAX',
  /** extensions or members: how a Binary tells the URLs of its bytes; members are those of FHIR Works on AWS. */
  binaryUrls: 'BINARY_URLS',
  /** stored or on-request: whether Attachments that name Binaries may be given with URLs of their bytes. */
  attachmentUrls: 'ATTACHMENT_URLS',
  /** single or multi: whether callers belong to tenants. */
  tenancy: 'TENANCY',
  /** What the members of each group may do, as JSON. Default: as FHIR Works on AWS has it. */
  roles: 'ACCESS_ROLES',
  /** Claim of tokens that lists the groups of the caller. Default: Cognito's. */
  rolesClaim: 'ROLES_CLAIM',
  /** Claim of tokens that names the tenant of the caller. */
  tenantClaim: 'TENANT_CLAIM',
  /** Issuer whose tokens the local server demands; without it there is no login. Others have theirs verified before. */
  loginIssuer: 'LOGIN_ISSUER',
  /** Whom the tokens must be for: the client's id at Cognito. */
  loginAudience: 'LOGIN_AUDIENCE',
  /** URL of the issuer's keys. Default: below the issuer, /.well-known/jwks.json. */
  loginKeys: 'LOGIN_JWKS_URL',
} as const

export type EnvName = (typeof ENV)[keyof typeof ENV]

/** Those that a deployment on AWS sets on its functions. */
export const AWS_ENV = {
  /** Part of all names of the deployment; metrics have it as a dimension. */
  stage: 'GATEWAY_STAGE',
  /** true or false: whether requests are traced by X-Ray; log lines name the trace then. */
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
  /** https://... of the queue of jobs. Without it nothing goes on after its request was answered. */
  jobsQueue: 'JOBS_QUEUE_URL',
  /** https://... of the FIFO queue of committed changes. Without it there are no live updates. */
  changesQueue: 'CHANGES_QUEUE_URL',
  /** https://.../graphql of the AppSync API that tells subscribers. */
  graphqlEndpoint: 'GRAPHQL_ENDPOINT',
  /** Lambda sets these. */
  region: 'AWS_REGION',
} as const

export type AwsEnvName = (typeof AWS_ENV)[keyof typeof AWS_ENV]
