import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { FUNCTIONS } from '../functions.ts'
import { acknowledge } from './acknowledge.ts'
import { queueEncryption } from './queue-policies.ts'

/**
 * Lambda takes no queue whose messages come again within the function's time. The worker itself shortens that to half a
 * minute, and begins it anew while it lives: this is the time for one that dies before it has begun.
 */
const HIDDEN_SECONDS = FUNCTIONS.jobs.timeoutSeconds + 60
/** Workers that may die of a job, or of an outage: the pauses between them come to half an hour (workers/jobs.ts). */
const ATTEMPTS_MAX = 6
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
      ...queueEncryption(messagesKey),
    }
    this.failed = new Queue(this, 'Failed', { ...common, retentionPeriod: Duration.days(14) })
    acknowledge(this.failed, { 'AwsSolutions-SQS3': 'It is the queue that others have for what fails.' })
    this.jobs = new Queue(this, 'Jobs', {
      ...common,
      retentionPeriod: KEPT,
      visibilityTimeout: Duration.seconds(HIDDEN_SECONDS),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: ATTEMPTS_MAX },
    })
  }
}
