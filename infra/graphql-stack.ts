import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CfnOutput, NestedStack, Stack, type StackProps } from 'aws-cdk-lib'
import { CfnDataSource, CfnGraphQLApi, CfnGraphQLSchema, CfnResolver } from 'aws-cdk-lib/aws-appsync'
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import type { Construct } from 'constructs'
import { ENV } from '#runtime/env-names.ts'
import { authorizeSchema } from './authorize-schema.ts'
import { acknowledge } from './constructs/acknowledge.ts'
import { type FunctionSurroundings, GatewayFunction } from './constructs/gateway-function.ts'
import { FUNCTIONS } from './functions.ts'
import type { IdentityStack } from './identity-stack.ts'
import { type ResolverField, type ResolverKind, readServedSchema } from './resolver-fields.ts'

export interface GraphqlStackProps extends StackProps {
  readonly surroundings: FunctionSurroundings
  readonly identity: IdentityStack
  /** undefined: there is no firewall. */
  readonly firewallArn?: string
  /** Of the FHIR endpoint. */
  readonly fhirUrl: string
  /** Of the repository. */
  readonly root: string
}

/** CloudFormation takes 500 resources a stack. */
const RESOLVERS_OF_STACK_MAX = 400
/** Levels of a document; as service/graphql/limits.ts has it, so that AppSync refuses first. */
const QUERY_DEPTH_MAX = 25
/** AppSync's own end is 10,000. */
const RESOLVERS_OF_REQUEST_MAX = 5000
/** AppSync's greatest. */
const BATCH_MAX = 2000

const RUNTIME = { name: 'APPSYNC_JS', runtimeVersion: '1.0.0' } as const

/** GraphQL: AppSync over the generated schema, its fields resolved by one function. */
export class GraphqlStack extends Stack {
  readonly api: CfnGraphQLApi
  readonly function: GatewayFunction
  readonly resolverStacks: readonly NestedStack[]

  constructor(
    scope: Construct,
    id: string,
    { surroundings, identity, root, fhirUrl, firewallArn, ...props }: GraphqlStackProps,
  ) {
    super(scope, id, props)
    const { config } = surroundings
    this.function = new GatewayFunction(this, 'Resolvers', {
      ...surroundings,
      spec: FUNCTIONS.resolvers,
      environment: {
        [ENV.baseUrl]: fhirUrl,
      },
    })
    this.api = this.#api(surroundings, identity)
    const served = readServedSchema(resolve(root, config.graphqlSchema), config.resourceTypes)
    const schema = this.#schema(authorizeSchema(served.sdl))
    this.resolverStacks = this.#resolvers(served.fields, schema, join(root, 'infra/appsync'))
    if (firewallArn) {
      new CfnWebACLAssociation(this, 'Firewall', { webAclArn: firewallArn, resourceArn: this.api.attrArn })
    }
    new CfnOutput(this, 'GraphqlUrl', { value: this.api.attrGraphQlUrl })
  }

  #api({ config }: FunctionSurroundings, { userPool }: IdentityStack): CfnGraphQLApi {
    const api = new CfnGraphQLApi(this, 'Api', {
      name: `fhir-gateway-${config.stage}`,
      authenticationType: 'AMAZON_COGNITO_USER_POOLS',
      userPoolConfig: { awsRegion: this.region, userPoolId: userPool.userPoolId, defaultAction: 'ALLOW' },
      // For the one mutation that the gateway itself calls; the schema says which.
      additionalAuthenticationProviders: [{ authenticationType: 'AWS_IAM' }],
      introspectionConfig: 'DISABLED',
      queryDepthLimit: QUERY_DEPTH_MAX,
      resolverCountLimit: RESOLVERS_OF_REQUEST_MAX,
      xrayEnabled: config.xray,
    })
    acknowledge(api, {
      'AwsSolutions-ASC3':
        'Its logs hold documents and variables, which name patients; the function logs one line a request without them.',
    })
    return api
  }

  /** From S3: inline, the schema alone would be larger than a template may be. */
  #schema(sdl: string): CfnGraphQLSchema {
    const folder = mkdtempSync(join(tmpdir(), 'fhir-gateway-'))
    const path = join(folder, 'schema.graphql')
    writeFileSync(path, sdl)
    const asset = new Asset(this, 'Sdl', { path })
    // It has been copied by now.
    rmSync(folder, { recursive: true })
    return new CfnGraphQLSchema(this, 'Schema', { apiId: this.api.attrApiId, definitionS3Location: asset.s3ObjectUrl })
  }

  #dataSources(): Readonly<Record<ResolverKind, CfnDataSource>> {
    const { functionArn } = this.function.function
    const role = new Role(this, 'DataSourceRole', { assumedBy: new ServicePrincipal('appsync.amazonaws.com') })
    const policy = new ManagedPolicy(this, 'DataSourcePolicy', {
      roles: [role],
      statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] })],
    })
    const lambda = new CfnDataSource(this, 'FunctionSource', {
      apiId: this.api.attrApiId,
      name: 'resolvers',
      type: 'AWS_LAMBDA',
      serviceRoleArn: role.roleArn,
      lambdaConfig: { lambdaFunctionArn: functionArn },
    })
    lambda.node.addDependency(policy)
    const none = new CfnDataSource(this, 'NoSource', { apiId: this.api.attrApiId, name: 'none', type: 'NONE' })
    return { root: lambda, nested: lambda, subscription: lambda, filter: none, internal: none }
  }

  /** One after another: AppSync changes an API for one at a time. */
  #resolvers(fields: readonly ResolverField[], schema: CfnGraphQLSchema, folder: string): readonly NestedStack[] {
    const sources = this.#dataSources()
    const code = (kind: ResolverKind) =>
      new Asset(this, `Code-${kind}`, { path: join(folder, `${kind}.js`) }).s3ObjectUrl
    const kinds = ['root', 'nested', 'subscription', 'filter', 'internal'] as const
    const codes = Object.fromEntries(kinds.map(kind => [kind, code(kind)])) as Record<ResolverKind, string>
    const stacks: NestedStack[] = []
    for (let start = 0; start < fields.length; start += RESOLVERS_OF_STACK_MAX) {
      const stack = new NestedStack(this, `Resolvers${stacks.length + 1}`)
      stack.node.addDependency(stacks.at(-1) ?? schema)
      stacks.push(stack)
      for (const { typeName, fieldName, kind } of fields.slice(start, start + RESOLVERS_OF_STACK_MAX)) {
        new CfnResolver(stack, `${typeName}.${fieldName}`, {
          apiId: this.api.attrApiId,
          typeName,
          fieldName,
          dataSourceName: sources[kind].attrName,
          runtime: RUNTIME,
          codeS3Location: codes[kind],
          ...(kind === 'nested' && { maxBatchSize: BATCH_MAX }),
        })
      }
    }
    return stacks
  }
}
