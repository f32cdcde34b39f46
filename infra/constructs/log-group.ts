import { RemovalPolicy } from 'aws-cdk-lib'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

export interface LogGroupProps {
  readonly encryptionKey: Key | undefined
  readonly retentionDays: number
}

/** CloudWatch encrypts every log group; with a key of one's own where there is one. Kept when its stack goes. */
export function logGroup(scope: Construct, id: string, { encryptionKey, retentionDays }: LogGroupProps): LogGroup {
  const group = new LogGroup(scope, id, {
    retention: retentionDays,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(encryptionKey && { encryptionKey }),
  })
  if (!encryptionKey) {
    acknowledge(group, {
      'HIPAA.Security-CloudWatchLogGroupEncrypted':
        'Encrypted with a key of CloudWatch; kms=one or kms=per-service gives another.',
    })
  }
  return group
}
