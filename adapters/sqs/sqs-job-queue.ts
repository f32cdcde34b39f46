import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { DueJob } from '#service/ports/job-store.ts'
import { type QueueParts, sendToQueue } from './send-to-queue.ts'

/** A message of JSON, `{ "tenant": ..., "id": ... }`, for each job that is to be worked on. It may come twice. */
export class SqsJobQueue {
  readonly #parts: QueueParts

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  /** @throws Fault unavailable where it is not certain that it was told. */
  async tell({ tenant, id }: DueJob, deadline: number): Promise<void> {
    const { client, queueUrl } = this.#parts
    const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ tenant, id }) })
    await sendToQueue(this.#parts, deadline, options => client.send(command, options))
  }
}
