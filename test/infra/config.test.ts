import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CONTEXT_KEYS, type DeploymentError, readConfig } from '#infra/config.ts'
import { AWS_ENV } from '#runtime/env-names.ts'
import { ROOT } from './synthesize.ts'

const read = (context: Readonly<Record<string, unknown>>) => readConfig(key => context[key])

const DEFAULTS = {
  stage: 'dev',
  region: undefined,
  logLevel: 'info',
  logRetentionDays: 365,
  kms: 'owned',
  tenancy: 'single',
  hardDelete: false,
  binaryUrls: 'extensions',
  attachmentUrls: 'stored',
  resourceTypes: undefined,
  roles: undefined,
  graphqlSchema: 'schema/generated/schema.graphql',
  baseUrl: undefined,
  oauthRedirectUrl: 'http://localhost:3000/callback',
  reservedConcurrency: undefined,
  xray: false,
  waf: false,
  search: { engine: 'opensearch', instanceType: 't3.small.search', instances: 1, volumeGigabytes: 10 },
  apiKeyRequired: true,
  alarmEmail: undefined,
  apiGatewayLogRole: 'create',
  corsOrigins: [],
}

test('without any context there is a small deployment', () => {
  expect(read({})).toEqual(DEFAULTS)
})

test('texts of the command line are as good as values of cdk.json', () => {
  const texts = {
    stage: 'prod1',
    region: 'eu-central-1',
    roles: '{"nurse":[{"interactions":"all","types":["Patient"]}]}',
    xray: 'false',
    reservedConcurrency: '20',
    resourceTypes: 'Patient, Observation',
    searchInstances: '3',
    logRetentionDays: '3653',
    kms: 'per-service',
    corsOrigins: 'https://app.example.org',
  }
  const values = {
    ...texts,
    roles: { nurse: [{ interactions: 'all', types: ['Patient'] }] },
    xray: false,
    reservedConcurrency: 20,
    resourceTypes: ['Patient', 'Observation'],
    searchInstances: 3,
    logRetentionDays: 3653,
    corsOrigins: ['https://app.example.org'],
  }
  const expected = {
    ...DEFAULTS,
    ...{ stage: 'prod1', region: 'eu-central-1', reservedConcurrency: 20, kms: 'per-service' },
    roles: { nurse: [{ interactions: 'all', types: ['Patient'] }] },
    ...{ resourceTypes: ['Patient', 'Observation'], logRetentionDays: 3653, corsOrigins: ['https://app.example.org'] },
    search: { ...DEFAULTS.search, instances: 3 },
  }
  expect(read(texts)).toEqual(expected)
  expect(read(values)).toEqual(expected)
})

function problemsOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    read(context)
  } catch (error) {
    return (error as DeploymentError).problems
  }
  return []
}

test('every setting that is wrong has its sentence', () => {
  const wrong = {
    stage: 'Production!',
    region: 'Frankfurt',
    logLevel: 'loud',
    kms: 'two',
    xray: 'perhaps',
    roles: { nurse: 'all' },
    resourceTypes: 'patient',
    oauthRedirectUrl: 'http://example.org',
    reservedConcurrency: 0,
    search: 'solr',
    logRetentionDays: 10,
  }
  expect(problemsOf(wrong)).toEqual([
    'stage is "Production!", but must be up to 12 small letters and digits, a letter first.',
    'region is "Frankfurt", but must be a region such as eu-central-1.',
    'logLevel is "loud", but must be one of info, debug, warn, error, silent.',
    expect.stringMatching(/^logRetentionDays is 10, but must be one of 1, 3, 5, .* 3653 days\.$/),
    'kms is "two", but must be one of owned, one, per-service.',
    'resourceTypes is "patient", but must be R4 resource types, with commas.',
    expect.stringMatching(/^roles is \{"nurse":"all"\}, but must be at most 2500 bytes of rules by group: /),
    'oauthRedirectUrl is "http://example.org", but must be an https URL, or one of http://localhost, without a fragment.',
    'reservedConcurrency is 0, but must be a whole number from 1 to 10000.',
    'xray is "perhaps", but must be true or false.',
    'search is "solr", but must be one of opensearch.',
  ])
})

test('no setting takes a list of lists, and each is read', () => {
  expect(problemsOf(Object.fromEntries(CONTEXT_KEYS.map(key => [key, [[]]]))).map(text => text.split(' ')[0])).toEqual(
    expect.arrayContaining([...CONTEXT_KEYS]),
  )
})

describe('docs/deploy.md', () => {
  const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')

  test('lists every setting, with its default', () => {
    const settings = [...page.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name ?? '')
    expect(settings.sort()).toEqual([...CONTEXT_KEYS].sort())
  })

  test('names every variable that a deployment sets', () => {
    const set = Object.values(AWS_ENV).filter(name => name !== AWS_ENV.region)
    expect(set.filter(name => !page.includes(`\`${name}\``))).toEqual([])
  })

  test('has a sum that is one', () => {
    const amounts = [...page.matchAll(/^\| [^*].* \| (\d+\.\d\d) \|$/gm)].map(([, amount]) => Number(amount))
    const [, sum] = /\*\*sum\*\* \| \| \*\*(\d+\.\d\d)\*\*/.exec(page) ?? []
    expect(amounts.length).toBeGreaterThan(10)
    expect(amounts.reduce((total, amount) => total + amount, 0)).toBeCloseTo(Number(sum), 2)
  })
})
