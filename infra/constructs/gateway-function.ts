import { Duration } from 'aws-cdk-lib'
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { AWS_ENV, type AwsEnvName, ENV, type EnvName } from '#runtime/env-names.ts'
import type { GatewayConfig } from '../config.ts'
import type { FunctionSpec, Use } from '../functions.ts'
import type { CodeOf } from '../lambda-code.ts'
import { acknowledge } from './acknowledge.ts'
import { logGroup } from './log-group.ts'

/** Something a function uses: what it may do with it, and how it learns where it is. */
export interface Backing {
  readonly statements: readonly PolicyStatement[]
  readonly environment: Partial<Readonly<Record<AwsEnvName | EnvName, string>>>
  /** Resources of the statements that end in a star, as cdk-nag writes them, and why they do. */
  readonly openEnds: Readonly<Record<string, string>>
}

export type Backings = Readonly<Record<Use, Backing>>

export interface FunctionSurroundings {
  readonly config: GatewayConfig
  readonly backings: Backings
  readonly codeOf: CodeOf
  readonly logsKey: Key | undefined
}

export interface GatewayFunctionProps extends FunctionSurroundings {
  readonly spec: FunctionSpec
  readonly environment?: Partial<Readonly<Record<AwsEnvName | EnvName, string>>>
  readonly statements?: readonly PolicyStatement[]
}

/** A Lambda function with a role of its own, which may do what its list of uses says and nothing else. */
export class GatewayFunction extends Construct {
  readonly function: LambdaFunction
  readonly policy: ManagedPolicy
  readonly spec: FunctionSpec

  constructor(scope: Construct, id: string, props: GatewayFunctionProps) {
    super(scope, id)
    const { spec, config, backings, codeOf, logsKey } = props
    this.spec = spec
    const logs = logGroup(this, 'Logs', { encryptionKey: logsKey, retentionDays: config.logRetentionDays })
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `${spec.description} (${config.stage})`,
    })
    const uses = spec.uses.map(use => backings[use])
    this.policy = new ManagedPolicy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logs.logGroupArn] }),
        ...(config.xray ? [tracing()] : []),
        ...uses.flatMap(({ statements }) => statements.map(statement => statement.copy())),
        ...(props.statements ?? []),
      ],
    })
    this.function = new LambdaFunction(this, 'Function', {
      description: spec.description,
      code: codeOf(spec),
      handler: `runtime/${spec.name}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: spec.memoryMegabytes,
      timeout: Duration.seconds(spec.timeoutSeconds),
      loggingFormat: LoggingFormat.JSON,
      logGroup: logs,
      tracing: config.xray ? Tracing.ACTIVE : Tracing.DISABLED,
      // All that it may do stands in its policy.
      role: role.withoutPolicyUpdates(),
      ...(config.reservedConcurrency !== undefined && { reservedConcurrentExecutions: config.reservedConcurrency }),
      environment: {
        ...settings(config),
        ...(spec.actsForCallers && callerSettings(config)),
        ...Object.assign({}, ...uses.map(({ environment }) => environment)),
        ...props.environment,
      },
    })
    this.function.node.addDependency(this.policy)
    acknowledgeFunction(this.function, config)
    acknowledge(this.policy, openEndsOf(uses))
    if (config.xray) acknowledge(this.policy, { 'AwsSolutions-IAM5[Resource::*]': 'X-Ray knows no resources.' })
  }
}

const settings = (config: GatewayConfig): Partial<Readonly<Record<AwsEnvName | EnvName, string>>> => ({
  [ENV.logLevel]: config.logLevel,
  [AWS_ENV.stage]: config.stage,
  [AWS_ENV.tracing]: String(config.xray),
})

const callerSettings = (config: GatewayConfig): Partial<Readonly<Record<EnvName, string>>> => ({
  [ENV.tenancy]: config.tenancy,
  [ENV.hardDelete]: String(config.hardDelete),
  [ENV.binaryUrls]: config.binaryUrls,
  [ENV.attachmentUrls]: config.attachmentUrls,
  ...(config.corsOrigins.length > 0 && { [ENV.corsOrigins]: config.corsOrigins.join(',') }),
  ...(config.resourceTypes && { [ENV.resourceTypes]: config.resourceTypes.join(',') }),
  ...(config.roles && { [ENV.roles]: JSON.stringify(config.roles) }),
})

const tracing = (): PolicyStatement =>
  new PolicyStatement({ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] })

function acknowledgeFunction(fn: LambdaFunction, config: GatewayConfig): void {
  acknowledge(fn, {
    'HIPAA.Security-LambdaInsideVPC':
      'All that it calls is asked over TLS with signed requests; a VPC would need endpoints that cost more than the rest.',
    'HIPAA.Security-LambdaDLQ':
      'Requests are answered synchronously; what streams and queues fail with goes to a queue; what is done by the clock is done again.',
    ...(config.reservedConcurrency === undefined && {
      'HIPAA.Security-LambdaConcurrency':
        'Reserved concurrency takes from the account what others need: it is set by reservedConcurrency.',
    }),
  })
}

const openEndsOf = (uses: readonly Backing[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    uses.flatMap(({ openEnds }) =>
      Object.entries(openEnds).map(([resource, reason]) => [`AwsSolutions-IAM5[Resource::${resource}]`, reason]),
    ),
  )
