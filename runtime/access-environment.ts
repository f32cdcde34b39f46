/** What the environment says of who may do what, with which types. */
import {
  type BinaryRules,
  DEFAULT_BINARY_RULES,
  DEFAULT_ROLES,
  DEFAULT_WRITE_RULES,
  parseRoles,
  type Roles,
  type WriteRules,
} from '#service/index.ts'
import { ENV } from './env-names.ts'
import { anyText, type EnvironmentReader } from './environment-reader.ts'
import type { IdentityTerms } from './identity.ts'

/** Plain data, all of it: it goes to other threads as it is. */
export interface AccessConfig {
  /** undefined: all of R4. */
  readonly resourceTypes: readonly string[] | undefined
  readonly roles: Roles
  readonly hardDelete: boolean
  readonly rules: WriteRules
  readonly binaries: BinaryRules
  readonly terms: IdentityTerms
  /** undefined: the local server lets in whoever reaches it, to do everything. */
  readonly login: LoginConfig | undefined
}

export interface LoginConfig {
  /** As tokens have it, to the letter. */
  readonly issuer: string
  readonly audience: string
  readonly keysUrl: string
}

export const readAccess = (reader: EnvironmentReader): AccessConfig => ({
  resourceTypes: reader.optional(ENV.resourceTypes, undefined, parseTypes, 'R4 resource types, with commas'),
  roles: readRoles(reader),
  hardDelete: reader.optional(ENV.hardDelete, false, parseFlag, 'true or false'),
  rules: readRules(reader),
  binaries: readBinaryRules(reader),
  terms: {
    tenancy: reader.optional(ENV.tenancy, 'single', parseTenancy, 'single or multi'),
    rolesClaim: reader.optional(ENV.rolesClaim, 'cognito:groups', anyText, 'the name of a claim'),
    tenantClaim: reader.optional(ENV.tenantClaim, 'custom:tenantId', anyText, 'the name of a claim'),
  },
  login: readLogin(reader),
})

const oneOf =
  <Choice extends string>(...choices: readonly Choice[]) =>
  (text: string): Choice | undefined =>
    choices.find(choice => choice === text)

function readRules(reader: EnvironmentReader): WriteRules {
  const { ifMatch, referenceIntegrity, versionedReferences, conditionalDeleteMax } = DEFAULT_WRITE_RULES
  return {
    ifMatch: reader.optional(ENV.ifMatch, ifMatch, oneOf('optional', 'required'), 'optional or required'),
    referenceIntegrity: reader.optional(
      ENV.referenceIntegrity,
      referenceIntegrity,
      oneOf('off', 'enforced'),
      'off or enforced',
    ),
    versionedReferences: reader.optional(
      ENV.versionedReferences,
      versionedReferences,
      parseElements,
      'elements such as Observation.subject, with commas',
    ),
    conditionalDeleteMax: reader.optional(
      ENV.conditionalDeleteMax,
      conditionalDeleteMax,
      parseDeletes,
      'a whole number from 1 to 10000',
    ),
  }
}

function readBinaryRules(reader: EnvironmentReader): BinaryRules {
  const { urls, attachmentUrls } = DEFAULT_BINARY_RULES
  return {
    urls: reader.optional(ENV.binaryUrls, urls, oneOf('extensions', 'members'), 'extensions or members'),
    attachmentUrls: reader.optional(
      ENV.attachmentUrls,
      attachmentUrls,
      oneOf('stored', 'on-request'),
      'stored or on-request',
    ),
  }
}

function parseElements(text: string): ReadonlySet<string> | undefined {
  const elements = text.split(',').map(element => element.trim())
  return elements.every(element => /^[A-Z][A-Za-z]+(\.[a-z][A-Za-z]*)+$/.test(element)) ? new Set(elements) : undefined
}

const parseDeletes = (text: string): number | undefined =>
  /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 10_000 ? Number(text) : undefined

export const parseFlag = (text: string): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined

export const parseTenancy = (text: string): 'single' | 'multi' | undefined =>
  text === 'single' || text === 'multi' ? text : undefined

function parseTypes(text: string): readonly string[] | undefined {
  const types = text.split(',').map(type => type.trim())
  return types.every(type => /^[A-Z][A-Za-z]+$/.test(type)) ? types : undefined
}

function readRoles(reader: EnvironmentReader): Roles {
  const text = reader.optional(ENV.roles, undefined, anyText, '')
  if (text === undefined) return DEFAULT_ROLES
  const parsed = parseRoles(text)
  if ('roles' in parsed) return parsed.roles
  reader.report(`${ENV.roles} ${parsed.problem}.`)
  return DEFAULT_ROLES
}

function readLogin(reader: EnvironmentReader): LoginConfig | undefined {
  const url = 'an http(s) URL'
  const issuer = reader.optional(ENV.loginIssuer, undefined, parseUrl, url)
  const keysUrl = reader.optional(ENV.loginKeys, `${issuer?.replace(/\/$/, '')}/.well-known/jwks.json`, parseUrl, url)
  if (issuer === undefined) return undefined
  return { issuer, audience: reader.required(ENV.loginAudience, anyText, `whom tokens of ${issuer} are for`), keysUrl }
}

const parseUrl = (text: string): string | undefined =>
  /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text : undefined
