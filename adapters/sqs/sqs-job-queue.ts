import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import type { DueJob, JobMessages } from '#service/ports/job-store.ts'
import { type QueueParts, sendToQueue } from './send-to-queue.ts'

/** A message of JSON, `{ "tenant": ..., "id": ... }`, for each job that is to be worked on. It may come twice. */
export class SqsJobQueue implements JobMessages {
  readonly #parts: QueueParts

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  /** @throws Fault unavailable where it is not certain that it was told. */
  tell(job: DueJob, deadline: number): Promise<void> {
    return this.tellLater(job, 0, deadline)
  }

  async tellLater({ tenant, id }: DueJob, seconds: number, deadline: number): Promise<void> {
    const { client, queueUrl } = this.#parts
    const message = { QueueUrl: queueUrl, MessageBody: JSON.stringify({ tenant, id }) }
    const command = new SendMessageCommand({ ...message, ...(seconds > 0 && { DelaySeconds: seconds }) })
    await sendToQueue(this.#parts, deadline, options => client.send(command, options))
  }

  async hide(receipt: string, seconds: number, deadline: number): Promise<void> {
    const { client, queueUrl } = this.#parts
    const message = { QueueUrl: queueUrl, ReceiptHandle: receipt, VisibilityTimeout: seconds }
    const command = new ChangeMessageVisibilityCommand(message)
    await sendToQueue(this.#parts, deadline, options => client.send(command, options))
  }
}
