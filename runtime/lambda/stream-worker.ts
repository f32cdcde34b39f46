/** What the entries of stream workers have in common. */
import { SqsRefusedChanges } from '#adapters/sqs/index.ts'
import type { StreamAnswer, StreamEvent } from '#workers/stream-event.ts'
import type { OpenWorker, WorkerSurroundings } from '../aws.ts'
import type { QueuePlace } from '../aws-environment.ts'
import { queueParts } from '../queue-parts.ts'
import { deadlineOf, type LambdaContext } from './lambda-context.ts'
import { createLambdaLogger } from './lambda-logger.ts'
import { workerMetrics } from './worker-metrics.ts'

/** So that what is done can be told. */
export const ANSWER_MS = 2000

export const surroundingsOf = (worker: string, queue: QueuePlace): WorkerSurroundings => ({
  logger: createLambdaLogger(process.env),
  metrics: workerMetrics(worker),
  refused: new SqsRefusedChanges(queueParts(queue)),
})

export const streamHandler =
  ({ handle }: OpenWorker) =>
  (event: StreamEvent, context: LambdaContext): Promise<StreamAnswer> =>
    handle(event, deadlineOf(context, ANSWER_MS))
