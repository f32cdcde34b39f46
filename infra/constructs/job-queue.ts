import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { FUNCTIONS } from '../functions.ts'
import { acknowledge } from './acknowledge.ts'

/** Longer than a worker may have a job (its time and half a minute), so that it comes again once it may be taken. */
const HIDDEN_SECONDS = FUNCTIONS.jobs.timeoutSeconds + 60
/** A job is kept for a day. */
const KEPT = Duration.days(1)

/** Names of jobs that wait for the function `jobs`; what they are about is in the table and the bucket. */
export class JobQueue extends Construct {
  readonly jobs: Queue
  /** Jobs that were begun again and again. */
  readonly failed: Queue

  constructor(scope: Construct, id: string, messagesKey: Key | undefined) {
    super(scope, id)
    const common = {
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(messagesKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: messagesKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    }
    this.failed = new Queue(this, 'Failed', { ...common, retentionPeriod: Duration.days(14) })
    acknowledge(this.failed, { 'AwsSolutions-SQS3': 'It is the queue that others have for what fails.' })
    this.jobs = new Queue(this, 'Jobs', {
      ...common,
      retentionPeriod: KEPT,
      visibilityTimeout: Duration.seconds(HIDDEN_SECONDS),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: 3 },
    })
  }
}
