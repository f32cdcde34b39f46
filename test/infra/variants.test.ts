/** What settings change. */
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag'
import { beforeAll, describe, expect, test } from 'vitest'
import { ENV } from '#runtime/env-names.ts'
import { openStatements } from './open-statements.ts'
import { type Synthesized, synthesize } from './synthesize.ts'

const FEW = { resourceTypes: 'Patient,Observation,List' }

const findings = ({ app }: Synthesized) =>
  [new AwsSolutionsChecks(app), new HIPAASecurityChecks(app)].flatMap(checks => checks.validateScope(app).violations)

describe('with everything switched on', () => {
  let stacks: Synthesized

  beforeAll(() => {
    const switches = { kms: 'per-service', xray: true, waf: true, reservedConcurrency: 7, alarmEmail: 'it@example.org' }
    stacks = synthesize({ settings: { ...FEW, ...switches, corsOrigins: 'https://app.example.org' } })
  })

  test('each service has a key of its own, which turns every year and is kept', () => {
    const keys = stacks.ofType('AWS::KMS::Key')
    expect(keys.map(({ Properties }) => Properties.Description)).toEqual(
      expect.arrayContaining(['table', 'objects', 'search', 'logs', 'messages'].map(name => `FHIR gateway: ${name}`)),
    )
    expect(keys).toHaveLength(5)
    for (const key of keys) {
      expect(key).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } })
    }
  })

  test('everything that is kept is encrypted with them, but access logs, which S3 writes with its own', () => {
    const propertyOf = (type: string, name: string) => stacks.ofType(type).map(({ Properties }) => Properties[name])
    expect(propertyOf('AWS::DynamoDB::Table', 'SSESpecification')).toEqual([
      { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: expect.anything() },
    ])
    expect(propertyOf('AWS::OpenSearchService::Domain', 'EncryptionAtRestOptions')).toEqual([
      { Enabled: true, KmsKeyId: expect.anything() },
    ])
    expect(propertyOf('AWS::SNS::Topic', 'KmsMasterKeyId')).toEqual([expect.anything()])
    expect(propertyOf('AWS::Logs::LogGroup', 'KmsKeyId').every(key => key !== undefined)).toBe(true)
    const buckets = propertyOf('AWS::S3::Bucket', 'BucketEncryption').map(encryption => JSON.stringify(encryption))
    expect(buckets.map(text => text.includes('aws:kms'))).toEqual([false, true, true, true])
  })

  test('functions may use the keys, trace, and are bounded', () => {
    const policies = stacks.ofType('AWS::IAM::ManagedPolicy').map(({ Properties }) => JSON.stringify(Properties))
    const ofFunctions = policies.filter(text => text.includes('logs:PutLogEvents'))
    expect(ofFunctions.every(text => text.includes('kms:Decrypt') && text.includes('xray:PutTraceSegments'))).toBe(true)
    for (const { Properties } of stacks.ofType('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({
        ReservedConcurrentExecutions: 7,
        TracingConfig: { Mode: 'Active' },
      })
    }
  })

  test('one firewall is before both doors', () => {
    expect(stacks.ofType('AWS::WAFv2::WebACL')).toHaveLength(1)
    expect(stacks.ofType('AWS::WAFv2::WebACLAssociation').map(({ place }) => place.split('/')[0])).toEqual([
      'api-graphql',
      'api-rest',
    ])
  })

  test('no star but for X-Ray, and no finding without a reason', () => {
    expect(openStatements(stacks.resources)).toEqual([])
    expect(findings(stacks)).toEqual([])
  })

  test('only fields of the types that are served have resolvers', () => {
    const resolvers = stacks.ofType('AWS::AppSync::Resolver').map(({ Properties }) => Properties)
    const fieldsOf = (type: string) =>
      resolvers.filter(({ TypeName }) => TypeName === type).map(({ FieldName }) => FieldName as string)
    expect(fieldsOf('Query').sort()).toEqual(
      ['Patient', 'Observation', 'List'].flatMap(type => [type, `${type}Connection`, `${type}List`]).sort(),
    )
    expect(fieldsOf('Patient').sort()).toEqual(
      [
        ...['Patient', 'Observation', 'List'].flatMap(type => [`${type}Connection`, `${type}List`]),
        ...['address', 'extension', 'identifier', 'name', 'telecom'],
      ].sort(),
    )
    expect(fieldsOf('Account')).toEqual([])
    expect(fieldsOf('HumanName')).toEqual(['extension'])
    expect(fieldsOf('Mutation')).toContain('transaction')
    expect(fieldsOf('Mutation')).not.toContain('AccountCreate')
  })
})

describe('with one key and an address of its own', () => {
  let stacks: Synthesized

  beforeAll(() => {
    stacks = synthesize({ settings: { ...FEW, kms: 'one', baseUrl: 'https://fhir.example.org/r4' } })
  })

  test('one key encrypts queues and logs', () => {
    expect(stacks.ofType('AWS::KMS::Key')).toHaveLength(1)
    expect(stacks.ofType('AWS::SQS::Queue').every(({ Properties }) => Properties.KmsMasterKeyId)).toBe(true)
  })

  test('every function knows the address, but for the one that publishes', () => {
    const environments = stacks
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.Handler !== 'runtime/publish.handler')
      .map(({ Properties }) => Properties.Environment)
    expect(environments).toEqual(
      environments.map(() => ({
        Variables: expect.objectContaining({ [ENV.baseUrl]: 'https://fhir.example.org/r4' }),
      })),
    )
  })

  test('no star, and no finding without a reason', () => {
    expect(openStatements(stacks.resources)).toEqual([])
    expect(findings(stacks)).toEqual([])
  })
})

test('a type that R4 does not have is refused', () => {
  expect(() => synthesize({ settings: { resourceTypes: 'Patient,Pet' } })).toThrow(
    'resourceTypes names what is no resource type of R4: Pet.',
  )
})
