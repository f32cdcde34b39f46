import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { CfnGraphQLApi } from 'aws-cdk-lib/aws-appsync'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { AWS_ENV, ENV } from '#runtime/env-names.ts'
import { acknowledge } from './constructs/acknowledge.ts'
import { mayUse } from './constructs/encryption-keys.ts'
import { type FunctionSurroundings, GatewayFunction } from './constructs/gateway-function.ts'
import type { JobQueue } from './constructs/job-queue.ts'
import { LiveUpdates } from './constructs/live-updates.ts'
import { queueEncryption, takes } from './constructs/queue-policies.ts'
import { FUNCTIONS, type FunctionSpec } from './functions.ts'

export interface WorkersStackProps extends StackProps {
  readonly surroundings: FunctionSurroundings
  readonly table: Table
  readonly jobs: JobQueue
  readonly messagesKey: Key | undefined
  /** Which tells subscribers. */
  readonly api: CfnGraphQLApi
  /** Of the FHIR endpoint: references below it are local. */
  readonly fhirUrl: string
  /** All that answer no client. */
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

/** A worker keeps a job's message for as long as it lives. */
const hides = ({ queueArn }: Queue): PolicyStatement =>
  new PolicyStatement({ actions: ['sqs:ChangeMessageVisibility'], resources: [queueArn] })

/** What runs on the table's stream, by the clock, and where somebody calls it. */
export class WorkersStack extends Stack {
  readonly liveUpdates: LiveUpdates
  readonly workers: readonly Worker[]
  readonly tasks: readonly GatewayFunction[]

  constructor(scope: Construct, id: string, props: WorkersStackProps) {
    super(scope, id, props)
    const { surroundings, messagesKey, api } = props
    this.liveUpdates = new LiveUpdates(this, 'LiveUpdates', { surroundings, messagesKey, api })
    this.workers = props.specs.filter(({ stream }) => stream).map(spec => this.#worker(spec, props))
    this.tasks = props.specs
      .filter(({ name, stream }) => !stream && name !== FUNCTIONS.publish.name)
      .map(spec => this.#task(spec, props))
  }

  #task(spec: FunctionSpec, { surroundings, messagesKey, fhirUrl, jobs }: WorkersStackProps): GatewayFunction {
    const refused = spec.takesRefused
      ? this.workers.find(worker => worker.function.spec.name === FUNCTIONS['index-stream'].name)?.refused
      : undefined
    const queue = spec.name === FUNCTIONS.jobs.name ? jobs.jobs : refused
    const task = new GatewayFunction(this, spec.name, {
      ...surroundings,
      spec,
      environment: { [ENV.baseUrl]: fhirUrl, ...(refused && { [AWS_ENV.refusedQueue]: refused.queueUrl }) },
      ...(queue && {
        statements: [...(queue === jobs.jobs ? [hides(queue)] : []), takes(queue), ...mayUse(messagesKey)],
      }),
    })
    if (queue === jobs.jobs) {
      const { queueArn: eventSourceArn } = queue
      // One at a time: a job may take as long as the function.
      const mapping = new EventSourceMapping(this, 'jobs-queue', {
        target: task.function,
        eventSourceArn,
        batchSize: 1,
      })
      mapping.node.addDependency(task.policy)
    } else if (spec.everyMinutes !== undefined) {
      new Rule(this, `${spec.name}-clock`, {
        description: spec.description,
        schedule: Schedule.rate(Duration.minutes(spec.everyMinutes)),
        // What is left is met again by the next one.
        targets: [new LambdaTarget(task.function, { retryAttempts: 0 })],
      })
    } else new CfnOutput(this, `${spec.name}Function`, { value: task.function.functionName })
    return task
  }

  #worker(spec: FunctionSpec, { surroundings, table, messagesKey, fhirUrl }: WorkersStackProps): Worker {
    const refused = this.#queue(`${spec.name}-refused`, messagesKey)
    const { tableStreamArn = '' } = table
    const changes = spec.sendsChanges ? this.liveUpdates.changes : undefined
    const told = [refused, ...(changes ? [changes] : [])].map(({ queueArn }) => queueArn)
    const worker = new GatewayFunction(this, spec.name, {
      ...surroundings,
      spec,
      environment: {
        [AWS_ENV.refusedQueue]: refused.queueUrl,
        [ENV.baseUrl]: fhirUrl,
        ...(changes && { [AWS_ENV.changesQueue]: changes.queueUrl }),
      },
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
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: told }),
        ...mayUse(messagesKey),
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

  #queue(id: string, messagesKey: Key | undefined): Queue {
    const queue = new Queue(this, id, {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
      ...queueEncryption(messagesKey),
    })
    acknowledge(queue, { 'AwsSolutions-SQS3': 'It is the queue that others have for what fails.' })
    return queue
  }
}
