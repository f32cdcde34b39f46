import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { CfnGraphQLApi } from 'aws-cdk-lib/aws-appsync'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { AWS_ENV } from '#runtime/env-names.ts'
import { FUNCTIONS } from '../functions.ts'
import { acknowledge } from './acknowledge.ts'
import { type FunctionSurroundings, GatewayFunction } from './gateway-function.ts'
import { queueEncryption, takes } from './queue-policies.ts'

export interface LiveUpdatesProps {
  readonly surroundings: FunctionSurroundings
  readonly messagesKey: Key | undefined
  readonly api: CfnGraphQLApi
}

/** SQS gives no more of a FIFO queue at once. */
const MESSAGES_MAX = 10
/** As AWS asks for: six times as long as the function may run. */
const HIDDEN_SECONDS = 6 * FUNCTIONS.publish.timeoutSeconds
/** What has not been told for so long is of no use to who listens. */
const KEPT = Duration.hours(1)

/** Committed changes in a queue, and the function that has AppSync tell subscribers of each. */
export class LiveUpdates extends Construct {
  /** In the order of each resource's versions. */
  readonly changes: Queue
  readonly function: GatewayFunction
  /** Changes that AppSync would not take. */
  readonly untold: Queue

  constructor(scope: Construct, id: string, { surroundings, messagesKey, api }: LiveUpdatesProps) {
    super(scope, id)
    const common = {
      fifo: true,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      ...queueEncryption(messagesKey),
    }
    this.untold = new Queue(this, 'Untold', { ...common, retentionPeriod: Duration.days(14) })
    acknowledge(this.untold, { 'AwsSolutions-SQS3': 'It is the queue that others have for what fails.' })
    this.changes = new Queue(this, 'Changes', {
      ...common,
      retentionPeriod: KEPT,
      visibilityTimeout: Duration.seconds(HIDDEN_SECONDS),
      deadLetterQueue: { queue: this.untold, maxReceiveCount: 5 },
    })
    this.function = new GatewayFunction(this, 'publish', {
      ...surroundings,
      spec: FUNCTIONS.publish,
      environment: { [AWS_ENV.graphqlEndpoint]: api.attrGraphQlUrl },
      statements: [
        new PolicyStatement({
          actions: ['appsync:GraphQL'],
          resources: [
            Stack.of(this).formatArn({
              service: 'appsync',
              resource: 'apis',
              resourceName: `${api.attrApiId}/types/Mutation/fields/publishResourceChange`,
            }),
          ],
        }),
        takes(this.changes),
        ...(messagesKey ? [new PolicyStatement({ actions: ['kms:Decrypt'], resources: [messagesKey.keyArn] })] : []),
      ],
    })
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: this.function.function,
      eventSourceArn: this.changes.queueArn,
      batchSize: MESSAGES_MAX,
      reportBatchItemFailures: true,
    })
    mapping.node.addDependency(this.function.policy)
  }
}
