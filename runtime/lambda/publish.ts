/** Lambda entry: committed changes from their queue to those who listen by AppSync. */
import { AppSyncChangePublisher } from '#adapters/appsync/index.ts'
import { awsSigner } from '#adapters/opensearch/index.ts'
import { resourceChangeOf } from '#service/index.ts'
import { createPublish, type QueueAnswer, type QueueEvent } from '#workers/publish.ts'
import { credentialsOf, publishPlaces } from '../aws-environment.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import { deadlineOf, type LambdaContext } from './lambda-context.ts'
import { createLambdaLogger } from './lambda-logger.ts'
import { ANSWER_MS } from './stream-worker.ts'
import { workerMetrics } from './worker-metrics.ts'

const { endpoint, region } = publishPlaces(process.env)

const publish = createPublish({
  publisher: new AppSyncChangePublisher({
    endpoint,
    sign: awsSigner({
      region,
      service: 'appsync',
      credentials: async () => credentialsOf(process.env),
      clock: SYSTEM_CLOCK,
    }),
    payloadOf: change => ({ ...resourceChangeOf(change) }),
    clock: SYSTEM_CLOCK,
  }),
  logger: createLambdaLogger(process.env),
  metrics: workerMetrics('publish'),
})

export const handler = (event: QueueEvent, context: LambdaContext): Promise<QueueAnswer> =>
  publish(event, deadlineOf(context, ANSWER_MS))
