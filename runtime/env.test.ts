import { expect, test } from 'vitest'
import { DEFAULT_BINARY_RULES, DEFAULT_ROLES, DEFAULT_WRITE_RULES } from '#service/index.ts'
import { parseEnvironment } from './env.ts'

const ACCESS = {
  resourceTypes: undefined,
  roles: DEFAULT_ROLES,
  hardDelete: false,
  rules: DEFAULT_WRITE_RULES,
  binaries: DEFAULT_BINARY_RULES,
  terms: { tenancy: 'single', rolesClaim: 'cognito:groups', tenantClaim: 'custom:tenantId' },
  login: undefined,
}

const DEFAULTS = {
  port: 8080,
  host: '127.0.0.1',
  dataFolder: 'data/gateway',
  logLevel: 'info',
  corsOrigins: 'loopback',
  baseUrl: undefined,
  access: ACCESS,
}

test('nothing needs to be set', () => {
  expect(parseEnvironment({})).toEqual(DEFAULTS)
  expect(parseEnvironment({ PORT: '', DATA_DIR: ' ' })).toEqual(DEFAULTS)
})

test('everything can be', () => {
  const environment = {
    PORT: '0',
    HOST: '0.0.0.0',
    DATA_DIR: '/var/lib/gateway',
    LOG_LEVEL: 'debug',
    CORS_ORIGINS: 'https://a.example.org, http://localhost:3000',
    FHIR_BASE_URL: 'https://fhir.example.org/r4/',
    RESOURCE_TYPES: 'Patient, Observation',
    TENANCY: 'multi',
    HARD_DELETE: 'true',
    IF_MATCH: 'required',
    REFERENCE_INTEGRITY: 'enforced',
    CONDITIONAL_DELETE_MAX: '500',
    BINARY_URLS: 'members',
    ATTACHMENT_URLS: 'on-request',
    VERSIONED_REFERENCES: 'Observation.subject, AuditEvent.entity.what',
    ACCESS_ROLES: '{"nurse":[{"interactions":["read"],"types":["Patient"]}]}',
    ROLES_CLAIM: 'groups',
    TENANT_CLAIM: 'tenant',
    LOGIN_ISSUER: 'https://login.example.org/',
    LOGIN_AUDIENCE: 'web',
  }
  expect(parseEnvironment(environment)).toEqual({
    port: 0,
    host: '0.0.0.0',
    dataFolder: '/var/lib/gateway',
    logLevel: 'debug',
    corsOrigins: ['https://a.example.org', 'http://localhost:3000'],
    baseUrl: 'https://fhir.example.org/r4',
    access: {
      resourceTypes: ['Patient', 'Observation'],
      roles: { nurse: [{ interactions: ['read'], types: ['Patient'] }] },
      hardDelete: true,
      rules: {
        ifMatch: 'required',
        referenceIntegrity: 'enforced',
        versionedReferences: new Set(['Observation.subject', 'AuditEvent.entity.what']),
        conditionalDeleteMax: 500,
      },
      binaries: { urls: 'members', attachmentUrls: 'on-request' },
      terms: { tenancy: 'multi', rolesClaim: 'groups', tenantClaim: 'tenant' },
      login: {
        issuer: 'https://login.example.org/',
        audience: 'web',
        keysUrl: 'https://login.example.org/.well-known/jwks.json',
      },
    },
  })
})

test('every variable that is wrong is named with what it should be', () => {
  const environment = {
    PORT: '80a',
    LOG_LEVEL: 'loud',
    CORS_ORIGINS: 'example.org',
    FHIR_BASE_URL: 'ftp://example.org',
    RESOURCE_TYPES: 'patient',
    TENANCY: 'some',
    ACCESS_ROLES: '{"nurse":[{"interactions":["look"],"types":"all"}]}',
    LOGIN_ISSUER: 'https://login.example.org',
  }
  expect(() => parseEnvironment(environment)).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      problems: [
        'PORT is "80a", but must be a port number from 0 (any free port) to 65535.',
        'LOG_LEVEL is "loud", but must be one of debug, info, warn, error, silent.',
        'CORS_ORIGINS is "example.org", but must be * or origins such as https://app.example.org, with commas.',
        'FHIR_BASE_URL is "ftp://example.org", but must be an http(s) URL without query: https://example.org/fhir.',
        'RESOURCE_TYPES is "patient", but must be R4 resource types, with commas.',
        expect.stringMatching(
          /^ACCESS_ROLES has a role 'nurse' whose interactions are neither "all" nor a list of read, /,
        ),
        'TENANCY is "some", but must be single or multi.',
        'LOGIN_AUDIENCE is not set, but must be whom tokens of https://login.example.org are for.',
      ],
    }),
  )
})
