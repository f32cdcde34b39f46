import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import {
  AccessLogFormat,
  ApiKey,
  ApiKeySourceType,
  AuthorizationType,
  CfnAccount,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodOptions,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import type { Construct } from 'constructs'
import { ENV } from '#runtime/env-names.ts'
import { acknowledge } from './constructs/acknowledge.ts'
import { type FunctionSurroundings, GatewayFunction } from './constructs/gateway-function.ts'
import { logGroup } from './constructs/log-group.ts'
import { FUNCTIONS } from './functions.ts'
import { addGatewayRefusals } from './gateway-refusals.ts'
import type { IdentityStack } from './identity-stack.ts'

export interface RestStackProps extends StackProps {
  readonly surroundings: FunctionSurroundings
  readonly identity: IdentityStack
  /** undefined: there is no firewall. */
  readonly firewallArn?: string
}

/** Requests a second that the API takes in the long run, and at once. */
const RATE = { rateLimit: 50, burstLimit: 100 } as const

/**
 * One line a request. No address, path or query, which name patients: the resource path is the template, and the caller
 * is the subject of the token.
 */
export const ACCESS_LOG_FORMAT = {
  requestId: '$context.requestId',
  extendedRequestId: '$context.extendedRequestId',
  time: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  resource: '$context.resourcePath',
  status: '$context.status',
  bytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  refusal: '$context.error.responseType',
  caller: '$context.authorizer.claims.sub',
  apiKey: '$context.identity.apiKeyId',
} as const

/** FHIR REST: an API whose every path below /fhir goes to one function. */
export class RestStack extends Stack {
  readonly api: RestApi
  readonly function: GatewayFunction

  constructor(scope: Construct, id: string, { surroundings, identity, firewallArn, ...props }: RestStackProps) {
    super(scope, id, props)
    const { config } = surroundings
    this.function = new GatewayFunction(this, 'Rest', {
      ...surroundings,
      spec: FUNCTIONS.rest,
      environment: {
        ...(config.baseUrl && { [ENV.baseUrl]: config.baseUrl }),
      },
    })
    this.api = this.#api(surroundings)
    addGatewayRefusals(this.api, config.corsOrigins)
    this.#routes(identity, config.apiKeyRequired)
    this.#plan()
    if (config.apiGatewayLogRole === 'create') this.#logRole()
    acknowledgeApi(this.api, config.waf)
    if (firewallArn) {
      new CfnWebACLAssociation(this, 'Firewall', {
        webAclArn: firewallArn,
        resourceArn: this.api.deploymentStage.stageArn,
      })
    }
    new CfnOutput(this, 'FhirUrl', { value: config.baseUrl ?? this.fhirUrl })
  }

  /** As API Gateway has it. */
  get fhirUrl(): string {
    return `${this.api.url}fhir`
  }

  #api({ config, logsKey }: FunctionSurroundings): RestApi {
    const accessLogs = logGroup(this, 'AccessLogs', {
      encryptionKey: logsKey,
      retentionDays: config.logRetentionDays,
    })
    return new RestApi(this, 'Api', {
      restApiName: `fhir-gateway-${config.stage}`,
      description: 'FHIR R4 REST',
      endpointTypes: [EndpointType.REGIONAL],
      apiKeySourceType: ApiKeySourceType.HEADER,
      // The function decodes every body itself, and says of its answers which are bytes.
      binaryMediaTypes: ['*/*'],
      cloudWatchRole: false,
      deployOptions: {
        stageName: config.stage,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FORMAT)),
        throttlingRateLimit: RATE.rateLimit,
        throttlingBurstLimit: RATE.burstLimit,
        dataTraceEnabled: false,
        // Those of each method cost more than all other metrics; those of the API are there without.
        metricsEnabled: false,
        tracingEnabled: config.xray,
      },
    })
  }

  #routes(identity: IdentityStack, apiKeyRequired: boolean): void {
    const integration = new LambdaIntegration(this.function.function, { allowTestInvoke: false })
    const authorizer = new CognitoUserPoolsAuthorizer(this, 'Authorizer', {
      cognitoUserPools: [identity.userPool],
    })
    const closed: MethodOptions = { authorizer, authorizationType: AuthorizationType.COGNITO, apiKeyRequired }
    const fhir = this.api.root.addResource('fhir')
    const proxy = fhir.addResource('{proxy+}')
    const open = (resource: IResource, method: string, reason: string): void => {
      const added = resource.addMethod(method, integration, { authorizationType: AuthorizationType.NONE })
      acknowledge(added, { 'AwsSolutions-APIG4': reason, 'AwsSolutions-COG4': reason })
    }
    for (const resource of [fhir, proxy]) {
      resource.addMethod('ANY', integration, closed)
      open(resource, 'OPTIONS', 'Browsers ask before they send a token; the function answers with origins alone.')
    }
    open(
      fhir.addResource('metadata'),
      'GET',
      'R4 http.html#capabilities: clients read what the server can, and where to log in, before they do.',
    )
  }

  #plan(): void {
    const plan = this.api.addUsagePlan('Plan', {
      description: 'FHIR clients',
      throttle: RATE,
      apiStages: [{ stage: this.api.deploymentStage }],
    })
    const key = new ApiKey(this, 'Key', { description: 'The first client of the FHIR gateway' })
    plan.addApiKey(key)
    new CfnOutput(this, 'ApiKeyId', { value: key.keyId })
  }

  /** Without it API Gateway writes no access log. */
  #logRole(): void {
    const role = new Role(this, 'LogRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    })
    acknowledge(role, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'API Gateway takes no role for its logs that has less than this policy of AWS.',
    })
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn })
    this.api.deploymentStage.node.addDependency(account)
  }
}

function acknowledgeApi(api: RestApi, waf: boolean): void {
  const silent =
    'Execution logs hold paths, queries and headers, which name patients; access logs and metrics hold none.'
  acknowledge(api, {
    'AwsSolutions-APIG2':
      'The function validates: what FHIR allows by media type, profile and parameter no model can say.',
    'AwsSolutions-APIG6': silent,
    'HIPAA.Security-APIGWExecutionLoggingEnabled': silent,
    'HIPAA.Security-APIGWCacheEnabledAndEncrypted': 'Answers depend on who asks: nothing is cached.',
    'HIPAA.Security-APIGWSSLEnabled':
      'Behind the API is a Lambda function alone, which is called by IAM, not by TLS of its own.',
    'HIPAA.Security-APIGWXrayEnabled': 'Traces are switched on by xray; a path in a trace names a patient.',
    ...(!waf && {
      'AwsSolutions-APIG3': 'The firewall is switched on by waf; without it the usage plan throttles.',
      'HIPAA.Security-APIGWAssociatedWithWAF':
        'The firewall is switched on by waf; without it the usage plan throttles.',
    }),
  })
}
