import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import {
  AccountRecovery,
  CfnUserPoolGroup,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  OAuthScope,
  StringAttribute,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import type { GatewayConfig } from './config.ts'
import { acknowledge } from './constructs/acknowledge.ts'

export interface IdentityStackProps extends StackProps {
  readonly config: GatewayConfig
}

/** By group, what its members may do, where the configuration has no roles of its own. */
const GROUPS: Readonly<Record<string, string>> = Object.freeze({
  practitioner: 'Reads, writes and searches all resources',
  'non-practitioner': 'Reads and searches financial resources',
  auditor: 'Reads and searches patients',
})

const groupsOf = ({ roles }: GatewayConfig): readonly (readonly [string, string])[] =>
  roles ? Object.keys(roles).map(name => [name, 'See the setting roles']) : Object.entries(GROUPS)

/** Who may log in, and how. */
export class IdentityStack extends Stack {
  readonly userPool: UserPool
  readonly client: UserPoolClient

  constructor(scope: Construct, id: string, { config, ...props }: IdentityStackProps) {
    super(scope, id, { ...props, terminationProtection: true })
    this.userPool = this.#pool()
    this.userPool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `fhir-gateway-${config.stage}-${Aws.ACCOUNT_ID}` },
    })
    const { userPoolId } = this.userPool
    for (const [groupName, description] of groupsOf(config))
      new CfnUserPoolGroup(this, `Group-${groupName}`, { userPoolId, groupName, description })
    this.client = this.#client(config)
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId })
    new CfnOutput(this, 'ClientId', { value: this.client.userPoolClientId })
    new CfnOutput(this, 'LoginUrl', {
      value: `https://fhir-gateway-${config.stage}-${Aws.ACCOUNT_ID}.auth.${this.region}.amazoncognito.com`,
    })
  }

  #pool(): UserPool {
    const pool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      customAttributes: { tenantId: new StringAttribute({ minLen: 1, maxLen: 64, mutable: true }) },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    acknowledge(pool, {
      'AwsSolutions-COG2':
        'A second factor is offered to everybody; whether it is demanded is for the owner to decide.',
      'AwsSolutions-COG3': 'Threat protection costs by user and month (the PLUS plan): it is for the owner to decide.',
      'AwsSolutions-COG8': 'Threat protection costs by user and month (the PLUS plan): it is for the owner to decide.',
    })
    return pool
  }

  /** For browsers and native apps: no secret, so the code grant takes PKCE. */
  #client({ oauthRedirectUrl }: GatewayConfig): UserPoolClient {
    return this.userPool.addClient('Client', {
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // admin: whoever may administrate the pool by IAM, for scripts.
      authFlows: { userSrp: true, adminUserPassword: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [oauthRedirectUrl],
        logoutUrls: [oauthRedirectUrl],
      },
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
      // Nobody chooses a tenant for themselves.
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
      readAttributes: new ClientAttributes()
        .withStandardAttributes({ email: true, emailVerified: true, fullname: true })
        .withCustomAttributes('tenantId'),
    })
  }
}
