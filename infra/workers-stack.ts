import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { AWS_ENV, ENV } from '#runtime/env-names.ts'
import { acknowledge } from './constructs/acknowledge.ts'
import { type FunctionSurroundings, GatewayFunction } from './constructs/gateway-function.ts'
import type { FunctionSpec } from './functions.ts'

export interface WorkersStackProps extends StackProps {
  readonly surroundings: FunctionSurroundings
  readonly table: Table
  readonly messagesKey: Key | undefined
  /** Of the FHIR endpoint: references below it are local. */
  readonly fhirUrl: string
  /** Those that read the table's stream. */
  readonly specs: readonly FunctionSpec[]
}

export interface Worker {
  readonly function: GatewayFunction
  /** What could not be worked on: where in the stream it is, not what it holds. */
  readonly refused: Queue
}

/**
 * As long as a stream keeps records. The workers themselves put aside what can't be worked on, so what fails here is an
 * outage: it is tried again until the engine is back, for a change that is given up is missing in the index.
 */
const RECORD_AGE_MAX = Duration.hours(24)

/** What runs on the table's stream. */
export class WorkersStack extends Stack {
  readonly workers: readonly Worker[]

  constructor(scope: Construct, id: string, props: WorkersStackProps) {
    super(scope, id, props)
    this.workers = props.specs.map(spec => this.#worker(spec, props))
  }

  #worker(spec: FunctionSpec, { surroundings, table, messagesKey, fhirUrl }: WorkersStackProps): Worker {
    const refused = this.#queue(`${spec.name}-refused`, messagesKey)
    const { tableStreamArn = '' } = table
    const worker = new GatewayFunction(this, spec.name, {
      ...surroundings,
      spec,
      environment: { [AWS_ENV.refusedQueue]: refused.queueUrl, [ENV.baseUrl]: fhirUrl },
      statements: [
        new PolicyStatement({
          actions: [
            'dynamodb:DescribeStream',
            'dynamodb:GetRecords',
            'dynamodb:GetShardIterator',
            'dynamodb:ListStreams',
          ],
          resources: [tableStreamArn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [refused.queueArn] }),
        ...(messagesKey
          ? [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [messagesKey.keyArn] })]
          : []),
      ],
    })
    const { records = 100, windowSeconds = 0, shardsAtATime = 1 } = spec.stream ?? {}
    const mapping = new EventSourceMapping(this, `${spec.name}-stream`, {
      target: worker.function,
      eventSourceArn: tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: records,
      ...(windowSeconds > 0 && { maxBatchingWindow: Duration.seconds(windowSeconds) }),
      parallelizationFactor: shardsAtATime,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: RECORD_AGE_MAX,
      onFailure: new SqsDlq(refused),
    })
    mapping.node.addDependency(worker.policy)
    return { function: worker, refused }
  }

  #queue(id: string, encryptionMasterKey: Key | undefined): Queue {
    const queue = new Queue(this, id, {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
      ...(encryptionMasterKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    })
    acknowledge(queue, { 'AwsSolutions-SQS3': 'It is the queue that others have for what fails.' })
    return queue
  }
}
