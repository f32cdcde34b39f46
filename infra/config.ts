/** What a deployment is asked to be: CDK context, read once and checked. */
import { parseRoles, type Roles } from '#service/access/roles.ts'

/** A problem of the deployment's configuration or sources, in sentences for who deploys. */
export class DeploymentError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'DeploymentError'
    this.problems = problems
  }
}

export type KeyUse = 'owned' | 'one' | 'per-service'

export interface SearchConfig {
  readonly engine: 'opensearch'
  readonly instanceType: string
  readonly instances: number
  readonly volumeGigabytes: number
}

export interface GatewayConfig {
  /** Part of every name, so that several can be in one account. */
  readonly stage: string
  /** undefined: wherever it is deployed to. */
  readonly region: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly logRetentionDays: number
  /** owned: keys of AWS, without charge; one: a key of one's own; per-service: one for each of the services. */
  readonly kms: KeyUse
  readonly tenancy: 'single' | 'multi'
  /** Whether resources may be erased with all of their versions. */
  readonly hardDelete: boolean
  /** How a Binary tells the URLs of its bytes; members: as FHIR Works on AWS did. */
  readonly binaryUrls: 'extensions' | 'members'
  /** Whether Attachments that name Binaries may be given with URLs of their bytes. */
  readonly attachmentUrls: 'stored' | 'on-request'
  /** undefined: all of R4. */
  readonly resourceTypes: readonly string[] | undefined
  /** Path of the SDL, from the repository's root. */
  readonly graphqlSchema: string
  /** What the members of each group may do; undefined: those of FHIR Works on AWS. */
  readonly roles: Roles | undefined
  /** Of the FHIR endpoint, where clients reach it by another name; undefined: API Gateway's. */
  readonly baseUrl: string | undefined
  /** Where the user pool sends browsers after their login. */
  readonly oauthRedirectUrl: string
  /** Of each function; undefined: they share what the account has. */
  readonly reservedConcurrency: number | undefined
  readonly xray: boolean
  readonly waf: boolean
  readonly search: SearchConfig
  readonly apiKeyRequired: boolean
  /** Where alarms are sent. */
  readonly alarmEmail: string | undefined
  /** API Gateway has one role for logs in an account and region; existing: leave it as it is. */
  readonly apiGatewayLogRole: 'create' | 'existing'
  /** Origins whose scripts may read answers. */
  readonly corsOrigins: readonly string[]
}

/** Gives the value of a context key, or undefined. */
export type Context = (key: string) => unknown

interface Setting<T> {
  /** undefined where the value has another form. */
  readonly parse: (value: unknown) => T | undefined
  readonly expected: string
  readonly absent: T
}

const oneOf = <T extends string>(absent: T, ...others: readonly T[]): Setting<T> => ({
  parse: value => [absent, ...others].find(each => each === value),
  expected: `one of ${[absent, ...others].join(', ')}`,
  absent,
})

const flag = (absent: boolean): Setting<boolean> => ({
  parse: value =>
    value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
  expected: 'true or false',
  absent,
})

const text = <T extends string | undefined>(absent: T, form: RegExp, expected: string): Setting<string | T> => ({
  parse: value => (typeof value === 'string' && form.test(value) ? value : undefined),
  expected,
  absent,
})

const whole = <T extends number | undefined>(absent: T, from: number, to: number): Setting<number | T> => ({
  parse: value => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
    return typeof number === 'number' && Number.isInteger(number) && number >= from && number <= to ? number : undefined
  },
  expected: `a whole number from ${from} to ${to}`,
  absent,
})

/** A list, or a text with commas. */
const list = <T extends readonly string[] | undefined>(
  absent: T,
  form: RegExp,
  expected: string,
): Setting<readonly string[] | T> => ({
  parse: value => {
    const items = typeof value === 'string' ? value.split(',').map(item => item.trim()) : value
    if (!Array.isArray(items) || items.length === 0) return undefined
    return items.every(item => typeof item === 'string' && form.test(item)) ? (items as string[]) : undefined
  },
  expected,
  absent,
})

/** CloudWatch Logs takes no other numbers of days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 2192, 2557, 2922, 3288, 3653,
]

const retention: Setting<number> = {
  ...whole(365, 1, 3653),
  parse: value => RETENTION_DAYS.find(days => days === Number(value)),
  expected: `one of ${RETENTION_DAYS.join(', ')} days`,
}

/** Variables of a function have 4 KB in all. */
const ROLES_BYTES_MAX = 2500

/** An object of cdk.json, or its text. */
const roles: Setting<Roles | undefined> = {
  parse: value => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const parsed = parseRoles(text)
    return 'roles' in parsed && Buffer.byteLength(text) <= ROLES_BYTES_MAX ? parsed.roles : undefined
  },
  expected:
    `at most ${ROLES_BYTES_MAX} bytes of rules by group: ` +
    '{"nurse":[{"interactions":["read","search-type"],"types":["Patient"]}]}, "all" in place of either list',
  absent: undefined,
}

const SETTINGS = {
  stage: text('dev', /^[a-z][a-z0-9]{0,11}$/, 'up to 12 small letters and digits, a letter first'),
  region: text(undefined, /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-central-1'),
  logLevel: oneOf('info', 'debug', 'warn', 'error', 'silent'),
  logRetentionDays: retention,
  kms: oneOf('owned', 'one', 'per-service'),
  tenancy: oneOf('single', 'multi'),
  hardDelete: flag(false),
  binaryUrls: oneOf('extensions', 'members'),
  attachmentUrls: oneOf('stored', 'on-request'),
  resourceTypes: list(undefined, /^[A-Z][A-Za-z]+$/, 'R4 resource types, with commas'),
  graphqlSchema: text('schema/generated/schema.graphql', /^\S+\.graphql$/, 'the path of an SDL, small.graphql'),
  roles,
  baseUrl: text(undefined, /^https:\/\/[^\s?#]*[^\s?#/]$/, 'an https URL without query: https://example.org/fhir'),
  oauthRedirectUrl: text(
    'http://localhost:3000/callback',
    /^(https:\/\/[^\s/?#]+|http:\/\/localhost(:\d+)?)(\/[^\s#]*)?$/,
    'an https URL, or one of http://localhost, without a fragment',
  ),
  reservedConcurrency: whole(undefined, 1, 10_000),
  xray: flag(false),
  waf: flag(false),
  search: oneOf('opensearch'),
  searchInstanceType: text('t3.small.search', /^[a-z0-9]+\.[a-z0-9]+\.search$/, 'a type such as t3.small.search'),
  searchInstances: whole(1, 1, 80),
  searchVolumeGigabytes: whole(10, 10, 3000),
  apiKeyRequired: flag(true),
  alarmEmail: text(undefined, /^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address'),
  apiGatewayLogRole: oneOf('create', 'existing'),
  corsOrigins: list([], /^(\*|https?:\/\/[^\s/,]+)$/, '* or origins such as https://app.example.org, with commas'),
} as const

export const CONTEXT_KEYS: readonly string[] = Object.keys(SETTINGS)

/** @throws DeploymentError that lists every setting that is wrong, a sentence each. */
export function readConfig(context: Context): GatewayConfig {
  const problems: string[] = []
  const read = <T>(key: string, { parse, expected, absent }: Setting<T>): T => {
    const value = context(key)
    if (value === undefined || value === null || value === '') return absent
    const parsed = parse(value)
    if (parsed !== undefined) return parsed
    problems.push(`${key} is ${JSON.stringify(value)}, but must be ${expected}.`)
    return absent
  }
  const config: GatewayConfig = {
    stage: read('stage', SETTINGS.stage),
    region: read('region', SETTINGS.region),
    logLevel: read('logLevel', SETTINGS.logLevel),
    logRetentionDays: read('logRetentionDays', SETTINGS.logRetentionDays),
    kms: read('kms', SETTINGS.kms),
    tenancy: read('tenancy', SETTINGS.tenancy),
    hardDelete: read('hardDelete', SETTINGS.hardDelete),
    binaryUrls: read('binaryUrls', SETTINGS.binaryUrls),
    attachmentUrls: read('attachmentUrls', SETTINGS.attachmentUrls),
    resourceTypes: read('resourceTypes', SETTINGS.resourceTypes),
    graphqlSchema: read('graphqlSchema', SETTINGS.graphqlSchema),
    roles: read('roles', SETTINGS.roles),
    baseUrl: read('baseUrl', SETTINGS.baseUrl),
    oauthRedirectUrl: read('oauthRedirectUrl', SETTINGS.oauthRedirectUrl),
    reservedConcurrency: read('reservedConcurrency', SETTINGS.reservedConcurrency),
    xray: read('xray', SETTINGS.xray),
    waf: read('waf', SETTINGS.waf),
    search: {
      engine: read('search', SETTINGS.search),
      instanceType: read('searchInstanceType', SETTINGS.searchInstanceType),
      instances: read('searchInstances', SETTINGS.searchInstances),
      volumeGigabytes: read('searchVolumeGigabytes', SETTINGS.searchVolumeGigabytes),
    },
    apiKeyRequired: read('apiKeyRequired', SETTINGS.apiKeyRequired),
    alarmEmail: read('alarmEmail', SETTINGS.alarmEmail),
    apiGatewayLogRole: read('apiGatewayLogRole', SETTINGS.apiGatewayLogRole),
    corsOrigins: read('corsOrigins', SETTINGS.corsOrigins),
  }
  if (problems.length > 0) throw new DeploymentError(problems)
  return Object.freeze(config)
}
