/** What the default deployment is made of. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag'
import { Kind, parse } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { tableDefinition } from '#adapters/dynamodb/table-definition.ts'
import { authorizeSchema } from '#infra/authorize-schema.ts'
import { FUNCTIONS, type FunctionSpec } from '#infra/functions.ts'
import { ACCESS_LOG_FORMAT } from '#infra/rest-stack.ts'
import { rootFields } from '#resolvers/registry.ts'
import { openStatements } from './open-statements.ts'
import { type Placed, ROOT, type Synthesized, synthesize } from './synthesize.ts'

let stacks: Synthesized

const SPECS: readonly FunctionSpec[] = Object.values(FUNCTIONS)

beforeAll(() => {
  stacks = synthesize()
})

const only = (type: string): Placed => {
  const [resource, ...others] = stacks.ofType(type)
  if (!resource || others.length > 0) throw new Error(`There are ${others.length + 1} of ${type}`)
  return resource
}

const KEPT = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }

describe('limits of CloudFormation', () => {
  test('no stack has 500 resources', () => {
    const sizes = stacks.templates.map(({ name, resources }) => [name, Object.keys(resources).length] as const)
    expect(sizes.filter(([, count]) => count >= 500)).toEqual([])
    expect(sizes.length).toBeGreaterThan(6)
  })

  test('no template has a million bytes', () => {
    expect(stacks.templates.filter(({ bytes }) => bytes >= 1_000_000).map(({ name }) => name)).toEqual([])
  })
})

describe('data', () => {
  test('the table is the one that the adapter makes on engines without a deployment', () => {
    const { Properties, ...policies } = only('AWS::DynamoDB::Table')
    const { TableName, ...made } = tableDefinition('any')
    const { StreamEnabled, ...stream } = made.StreamSpecification ?? {}
    expect(StreamEnabled).toBe(true)
    expect(policies).toMatchObject(KEPT)
    expect({ ...Properties, Tags: undefined }).toEqual({
      ...made,
      AttributeDefinitions: expect.arrayContaining(made.AttributeDefinitions ?? []),
      StreamSpecification: stream,
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      // A key of DynamoDB's own.
      SSESpecification: { SSEEnabled: false },
      Tags: undefined,
    })
  })

  test('buckets are private, encrypted, versioned and kept', () => {
    const buckets = stacks.ofType('AWS::S3::Bucket')
    expect(buckets.map(({ place }) => place.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'data/AccessLogs',
      'data/Objects',
      'data/Exports',
      'data/Audit',
    ])
    for (const bucket of buckets) {
      expect(bucket).toMatchObject({
        ...KEPT,
        Properties: {
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
          VersioningConfiguration: { Status: 'Enabled' },
        },
      })
    }
    const exports = buckets.find(({ place }) => place.startsWith('data/Exports'))
    expect(exports?.Properties.LifecycleConfiguration).toMatchObject({ Rules: [{ ExpirationInDays: 3 }] })
  })

  test('each bucket refuses what does not come by TLS 1.2', () => {
    const policies = stacks.ofType('AWS::S3::BucketPolicy').map(({ Properties }) => JSON.stringify(Properties))
    expect(policies).toHaveLength(4)
    for (const policy of policies) {
      expect(policy).toContain('{"Bool":{"aws:SecureTransport":"false"}}')
      expect(policy).toContain('{"NumericLessThan":{"s3:TlsVersion":1.2}}')
    }
  })
})

test('the domain is encrypted everywhere, lets in this account alone, and is kept', () => {
  const domain = only('AWS::OpenSearchService::Domain')
  expect(domain).toMatchObject({
    ...KEPT,
    Properties: {
      EngineVersion: 'OpenSearch_2.19',
      EncryptionAtRestOptions: { Enabled: true },
      NodeToNodeEncryptionOptions: { Enabled: true },
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
    },
  })
  expect(domain.Properties.AccessPolicies).toMatchObject({
    Statement: [{ Effect: 'Allow', Principal: { AWS: { 'Fn::Join': ['', expect.arrayContaining([':root'])] } } }],
  })
})

describe('identity', () => {
  test('nobody signs up, and passwords are strong', () => {
    expect(only('AWS::Cognito::UserPool')).toMatchObject({
      ...KEPT,
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        DeletionProtection: 'ACTIVE',
        MfaConfiguration: 'OPTIONAL',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        Policies: { PasswordPolicy: { MinimumLength: 12, RequireSymbols: true, RequireNumbers: true } },
      },
    })
  })

  test('the client has the code grant and no secret, and sets no tenant', () => {
    const { Properties } = only('AWS::Cognito::UserPoolClient')
    expect(Properties).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      CallbackURLs: ['http://localhost:3000/callback'],
      WriteAttributes: ['email', 'name'],
    })
  })

  test('there are three groups', () => {
    const names = stacks.ofType('AWS::Cognito::UserPoolGroup').map(({ Properties }) => Properties.GroupName)
    expect(names).toEqual(['practitioner', 'non-practitioner', 'auditor'])
  })
})

describe('functions', () => {
  test('each has the defaults and a log group of its own', () => {
    const functions = stacks.ofType('AWS::Lambda::Function')
    expect(functions.map(({ Properties }) => Properties.Handler)).toEqual(
      expect.arrayContaining(SPECS.map(({ name }) => `runtime/${name}.handler`)),
    )
    expect(functions).toHaveLength(SPECS.length)
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
      })
      expect(Properties.TracingConfig).toBeUndefined()
      expect(Properties.ReservedConcurrentExecutions).toBeUndefined()
    }
  })

  test('each is granted what it uses and nothing else', () => {
    const items = /^es:|^dynamodb:(BatchGet|ConditionCheck|Delete|Get|Put|Update)Item$|^dynamodb:Query$/
    const servicesOf = (name: string, untold = items) => {
      const [policy] = stacks
        .ofType('AWS::IAM::ManagedPolicy')
        .filter(({ place }) => place.toLowerCase().includes(`${name.replaceAll('-', '')}policy`))
      const actions = JSON.stringify(policy?.Properties).match(/"(dynamodb|s3|es|sqs):\w+"/g) ?? []
      return [...new Set(actions.map(action => JSON.parse(action) as string))].filter(action => !untold.test(action))
    }
    const stream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(name => `dynamodb:${name}`)
    const objects = ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']
    const reading = ['s3:GetObject', 's3:ListBucket']
    const taking = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage']
    expect(servicesOf('rest').sort()).toEqual([...objects, 'sqs:SendMessage'])
    expect(servicesOf('resolvers').sort()).toEqual([...objects, 'sqs:SendMessage'])
    expect(servicesOf('jobs').sort()).toEqual([...objects, 'sqs:ChangeMessageVisibility', ...taking, 'sqs:SendMessage'])
    const marks = ['DeleteItem', 'GetItem', 'UpdateItem'].map(name => `dynamodb:${name}`)
    const indexing = [...marks, ...stream, ...reading, 'sqs:SendMessage'].sort()
    expect(servicesOf('index-stream', /^es:/).sort()).toEqual(indexing)
    expect(servicesOf('dispatch').sort()).toEqual([...stream, ...objects, 'sqs:SendMessage'])
    expect(servicesOf('publish').sort()).toEqual(taking)
    expect(servicesOf('sweep').sort()).toEqual(objects)
    expect(servicesOf('redrive').sort()).toEqual([...reading, ...taking])
    expect(servicesOf('reindex').sort()).toEqual(['dynamodb:Scan', ...reading])
  })

  test('what fails on the stream is halved and tried again for as long as the stream keeps it', () => {
    const mappings = stacks
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ Properties }) => 'StartingPosition' in Properties)
    expect(mappings).toHaveLength(2)
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        StartingPosition: 'TRIM_HORIZON',
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRecordAgeInSeconds: 24 * 60 * 60,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
      })
      expect(Properties).not.toHaveProperty('MaximumRetryAttempts')
    }
  })

  test('log groups end, and are kept when their stack goes', () => {
    const groups = stacks.ofType('AWS::Logs::LogGroup')
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(groups.map(() => 365))
    expect(groups.every(({ DeletionPolicy }) => DeletionPolicy === 'Retain')).toBe(true)
    expect(groups).toHaveLength(SPECS.length + 1)
  })
})

describe('grants', () => {
  test('no statement allows an action or a resource with a star', () => {
    expect(openStatements(stacks.resources)).toEqual([])
  })

  test('no role has a policy of its own that others cannot see', () => {
    expect(stacks.ofType('AWS::IAM::Policy')).toEqual([])
    expect(stacks.ofType('AWS::IAM::Role').filter(({ Properties }) => 'Policies' in Properties)).toEqual([])
  })

  test('the table is used without scans, but by who makes the index anew', () => {
    const others = stacks.ofType('AWS::IAM::ManagedPolicy').filter(({ place }) => !place.includes('/reindexPolicy'))
    const actions = JSON.stringify(others).match(/"dynamodb:\w+"/g) ?? []
    const names = [...new Set(actions)].map(action => JSON.parse(action) as string)
    expect(names.filter(name => !/Stream|Records|Iterator/.test(name)).sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ])
  })
})

describe('REST', () => {
  test('all of /fhir needs a token and a key, but for what browsers and clients ask before', () => {
    const methods = stacks
      .ofType('AWS::ApiGateway::Method')
      .map(({ Properties }) => [
        Properties.HttpMethod,
        Properties.AuthorizationType,
        Properties.ApiKeyRequired ?? false,
      ])
    expect(methods.sort()).toEqual([
      ['ANY', 'COGNITO_USER_POOLS', true],
      ['ANY', 'COGNITO_USER_POOLS', true],
      ['GET', 'NONE', false],
      ['OPTIONS', 'NONE', false],
      ['OPTIONS', 'NONE', false],
    ])
  })

  test('its access log names no patient: no path, query, header or address', () => {
    const told = Object.values(ACCESS_LOG_FORMAT)
    expect(told.filter(text => /\.path$|query|params|input|header|sourceIp|userAgent|\.user$/i.test(text))).toEqual([])
    const { Properties } = only('AWS::ApiGateway::Stage')
    expect(JSON.parse((Properties.AccessLogSetting as { readonly Format: string }).Format)).toEqual(ACCESS_LOG_FORMAT)
    expect(Properties.MethodSettings).toEqual([
      {
        DataTraceEnabled: false,
        HttpMethod: '*',
        MetricsEnabled: false,
        ResourcePath: '/*',
        ThrottlingBurstLimit: 100,
        ThrottlingRateLimit: 50,
      },
    ])
  })

  test('bodies of every media type arrive as they were sent', () => {
    expect(only('AWS::ApiGateway::RestApi').Properties).toMatchObject({
      BinaryMediaTypes: ['*/*'],
      EndpointConfiguration: { Types: ['REGIONAL'] },
    })
  })
})

describe('GraphQL', () => {
  test('nobody reads the schema from it, documents are bounded, and nothing is logged', () => {
    const { Properties } = only('AWS::AppSync::GraphQLApi')
    expect(Properties).toMatchObject({
      AuthenticationType: 'AMAZON_COGNITO_USER_POOLS',
      IntrospectionConfig: 'DISABLED',
      QueryDepthLimit: 25,
      ResolverCountLimit: 5000,
      XrayEnabled: false,
    })
    expect(Properties.LogConfig).toBeUndefined()
    expect(Properties.AdditionalAuthenticationProviders).toEqual([{ AuthenticationType: 'AWS_IAM' }])
  })

  test('roles of the account may say what subscribers are told, and nothing else', () => {
    const sdl = authorizeSchema(readFileSync(join(ROOT, 'schema/generated/schema.graphql'), 'utf8'))
    expect(sdl.split('@aws_iam')).toHaveLength(3)
    expect(sdl).toMatch(/publishResourceChange\([^)]*\):ResourceChange @aws_iam\b/)
    expect(sdl).toContain('type ResourceChange @aws_iam @aws_cognito_user_pools{')
    expect(sdl).toMatch(
      /onResourceChange\([^)]*\):ResourceChange @aws_subscribe\(mutations:\["publishResourceChange"\]\)/,
    )
    const policies = stacks.ofType('AWS::IAM::ManagedPolicy').map(({ Properties }) => JSON.stringify(Properties))
    const publishing = policies.filter(text => text.includes('appsync:GraphQL'))
    expect(publishing).toHaveLength(1)
    expect(publishing[0]).toContain('/types/Mutation/fields/publishResourceChange')
  })

  test('the schema comes from S3', () => {
    const { Properties } = only('AWS::AppSync::GraphQLSchema')
    expect(Properties).toEqual({ ApiId: expect.anything(), DefinitionS3Location: expect.anything() })
  })

  test('every root field of the registry has a resolver of the function, and only those', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'schema/generated/manifest.json'), 'utf8'))
    const registry = rootFields(manifest.resourceTypes)
    const resolvers = stacks.ofType('AWS::AppSync::Resolver').map(({ Properties }) => Properties)
    const fieldsOf = (type: string) =>
      resolvers
        .filter(({ TypeName, MaxBatchSize }) => TypeName === type && MaxBatchSize === undefined)
        .map(({ FieldName }) => FieldName as string)
    expect(fieldsOf('Query').sort()).toEqual([...registry.query].sort())
    expect(fieldsOf('Mutation').sort()).toEqual([...registry.mutation, 'publishResourceChange'].sort())
    expect(fieldsOf('SubscriptionRoot')).toEqual(['onResourceChange'])
  })

  test('references and reverse lists have batching resolvers', () => {
    const sdl = readFileSync(join(ROOT, 'schema/generated/schema.graphql'), 'utf8')
    const batching = stacks.ofType('AWS::AppSync::Resolver').filter(({ Properties }) => Properties.MaxBatchSize)
    expect(batching).toHaveLength((sdl.match(/\(_reference:/g) ?? []).length + 1)
    expect(batching.some(({ Properties }) => Properties.TypeName === 'Reference')).toBe(true)
  })

  test('every field of the schema that takes arguments has a resolver, and no other field has one', () => {
    const sdl = parse(readFileSync(join(ROOT, 'schema/generated/schema.graphql'), 'utf8'), { noLocation: true })
    const taking = sdl.definitions.flatMap(type =>
      type.kind === Kind.OBJECT_TYPE_DEFINITION
        ? (type.fields ?? [])
            .filter(field => (field.arguments ?? []).length > 0)
            .map(field => `${type.name.value}.${field.name.value}`)
        : [],
    )
    const resolvers = stacks.ofType('AWS::AppSync::Resolver').map(({ Properties }) => Properties)
    expect(resolvers.map(({ TypeName, FieldName }) => `${TypeName}.${FieldName}`).sort()).toEqual(taking.sort())
  })
})

test('every alarm is sent somewhere, and every alarm is about something that is there', () => {
  const alarms = stacks.ofType('AWS::CloudWatch::Alarm')
  expect(alarms.every(({ Properties }) => (Properties.AlarmActions as unknown[]).length === 1)).toBe(true)
  expect(alarms.map(({ place }) => place.replace(/^observability\/|[0-9A-F]{8}$/g, '')).sort()).toEqual([
    'GraphqlLatency',
    'GraphqlServerErrors',
    'RestLatency',
    'RestServerErrors',
    'SearchKey',
    'SearchMemory',
    'SearchProcessor',
    'SearchRed',
    'SearchStorage',
    'SearchWritesBlocked',
    'dispatchage',
    'dispatcherrors',
    'dispatchrefused',
    'dispatchthrottles',
    'indexstreamage',
    'indexstreamerrors',
    'indexstreamrefused',
    'indexstreamthrottles',
    'jobserrors',
    'jobsfailed',
    'jobsthrottles',
    'publisherrors',
    'publishthrottles',
    'publishuntold',
    'redriveerrors',
    'redrivethrottles',
    'reindexerrors',
    'reindexthrottles',
    'resolverserrors',
    'resolversthrottles',
    'resterrors',
    'restthrottles',
    'sweeperrors',
    'sweepthrottles',
  ])
})

test.each([
  ['AWS Solutions', AwsSolutionsChecks],
  ['HIPAA Security', HIPAASecurityChecks],
])('%s finds nothing that has no reason', (_name, Checks) => {
  expect(new Checks(stacks.app).validateScope(stacks.app).violations).toEqual([])
})
