/** Lambda entry: committed changes from their queue to those who listen by AppSync. */
import { AppSyncChangePublisher } from '#adapters/appsync/index.ts'
import { awsSigner } from '#adapters/opensearch/index.ts'
import { resourceChangeOf } from '#service/index.ts'
import { createPublish, type QueueAnswer, type QueueEvent } from '#workers/publish.ts'
import { credentialsOf, functionSettings, publishPlaces } from '../aws-environment.ts'
import { createLogMetrics } from '../embedded-metric-format.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import { createLambdaLogger } from './lambda-logger.ts'
import { ANSWER_MS, type StreamLambdaContext } from './stream-worker.ts'

const { endpoint, region } = publishPlaces(process.env)
const { stage } = functionSettings(process.env)

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
  metrics: createLogMetrics({ stage, worker: 'publish' }, Date.now, line => process.stdout.write(line)),
})

export const handler = (event: QueueEvent, context: StreamLambdaContext): Promise<QueueAnswer> =>
  publish(event, Date.now() + context.getRemainingTimeInMillis() - ANSWER_MS)
