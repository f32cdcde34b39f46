import { Aws, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { KeyUse } from '../config.ts'

export type KeyedService = 'table' | 'objects' | 'search' | 'messages' | 'logs'

export interface EncryptionKeysProps {
  readonly kms: KeyUse
}

/** Keys of one's own, where the deployment wants them: one for everything, or one for each service. */
export class EncryptionKeys extends Construct {
  readonly #kms: KeyUse
  readonly #keys = new Map<string, Key>()

  constructor(scope: Construct, id: string, { kms }: EncryptionKeysProps) {
    super(scope, id)
    this.#kms = kms
  }

  /** undefined: a key of AWS. */
  for(service: KeyedService): Key | undefined {
    if (this.#kms === 'owned') return undefined
    const name = this.#kms === 'one' ? 'gateway' : service
    const known = this.#keys.get(name)
    if (known) return known
    const key = new Key(this, name, {
      description: `FHIR gateway: ${name}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    if (this.#kms === 'one' || service === 'logs') this.#allowLogs(key)
    if (this.#kms === 'one' || service === 'messages') allowAlarms(key)
    this.#keys.set(name, key)
    return key
  }

  /** CloudWatch Logs uses the key in its own name, for log groups of this account alone. */
  #allowLogs(key: Key): void {
    const region = Stack.of(this).region
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:DescribeKey',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${region}:${Aws.ACCOUNT_ID}:log-group:*`,
          },
        },
      }),
    )
  }
}

/** What who reads and writes there may do; nothing where the key is one of AWS. */
export const mayUse = (key: Key | undefined): readonly PolicyStatement[] =>
  key ? [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] })] : []

/** Alarms are published to an encrypted topic by CloudWatch itself. */
function allowAlarms(key: Key): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  )
}
