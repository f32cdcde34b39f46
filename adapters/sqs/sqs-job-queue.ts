import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { DueJob } from '#service/ports/job-store.ts'

export interface SqsJobQueueParts {
  readonly client: SQSClient
  readonly queueUrl: string
  /** What deadlines are in. */
  readonly clock: Clock
}

/** A message of JSON, `{ "tenant": ..., "id": ... }`, for each job that is to be worked on. It may come twice. */
export class SqsJobQueue {
  readonly #parts: SqsJobQueueParts

  constructor(parts: SqsJobQueueParts) {
    this.#parts = parts
  }

  /** @throws Fault unavailable where it is not certain that it was told. */
  async tell({ tenant, id }: DueJob, deadline: number): Promise<void> {
    const { client, queueUrl, clock } = this.#parts
    const remainingMs = deadline - clock.now()
    if (remainingMs <= 0) throw unavailable('The deadline had passed before it was sent')
    const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ tenant, id }) })
    await client.send(command, { abortSignal: AbortSignal.timeout(remainingMs) }).catch((error: unknown) => {
      throw unavailable(error instanceof Error ? error.name : 'unknown', error)
    })
  }
}

const unavailable = (internal: string, cause?: unknown) =>
  fault('unavailable', 'The queue of jobs did not answer: try again.', { internal, cause, retryAfterSeconds: 1 })
