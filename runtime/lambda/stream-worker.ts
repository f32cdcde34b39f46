/** What the entries of stream workers have in common. */
import { createSqsClient, SqsRefusedChanges } from '#adapters/sqs/index.ts'
import type { StreamAnswer, StreamEvent } from '#workers/stream-event.ts'
import type { OpenWorker, WorkerSurroundings } from '../aws.ts'
import { functionSettings, type QueuePlace } from '../aws-environment.ts'
import { clientConfiguration } from '../client-configuration.ts'
import { createLogMetrics } from '../embedded-metric-format.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import { createLambdaLogger } from './lambda-logger.ts'

export interface StreamLambdaContext {
  getRemainingTimeInMillis(): number
}

/** Kept of the time that is left, so that what is done can be told. */
export const ANSWER_MS = 2000

export function surroundingsOf(worker: string, queue: QueuePlace): WorkerSurroundings {
  const { stage } = functionSettings(process.env)
  return {
    logger: createLambdaLogger(process.env),
    metrics: createLogMetrics({ stage, worker }, Date.now, line => process.stdout.write(line)),
    refused: new SqsRefusedChanges({
      client: createSqsClient(clientConfiguration(queue)),
      queueUrl: queue.queueUrl,
      clock: SYSTEM_CLOCK,
    }),
  }
}

export const streamHandler =
  ({ handle }: OpenWorker) =>
  (event: StreamEvent, context: StreamLambdaContext): Promise<StreamAnswer> =>
    handle(event, Date.now() + context.getRemainingTimeInMillis() - ANSWER_MS)
