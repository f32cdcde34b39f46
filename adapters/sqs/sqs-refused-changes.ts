import { SendMessageBatchCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { RefusedChange, RefusedChanges } from '#service/ports/refused-changes.ts'

export const createSqsClient = (configuration: SQSClientConfig): SQSClient => new SQSClient(configuration)

export interface SqsRefusedChangesParts {
  readonly client: SQSClient
  readonly queueUrl: string
  /** What deadlines are in. */
  readonly clock: Clock
}

/** Of one request. */
const MESSAGES_MAX = 10

/** A message of JSON for each refused change. */
export class SqsRefusedChanges implements RefusedChanges {
  readonly #parts: SqsRefusedChangesParts

  constructor(parts: SqsRefusedChangesParts) {
    this.#parts = parts
  }

  async report(changes: readonly RefusedChange[], deadline: number): Promise<void> {
    for (let start = 0; start < changes.length; start += MESSAGES_MAX)
      await this.#send(changes.slice(start, start + MESSAGES_MAX), deadline)
  }

  async #send(changes: readonly RefusedChange[], deadline: number): Promise<void> {
    const { client, queueUrl, clock } = this.#parts
    const remainingMs = deadline - clock.now()
    if (remainingMs <= 0) throw unavailable('The deadline had passed before it was sent')
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: changes.map((change, index) => ({ Id: String(index), MessageBody: JSON.stringify(change) })),
    })
    const output = await client
      .send(command, { abortSignal: AbortSignal.timeout(remainingMs) })
      .catch((error: unknown) => {
        throw unavailable(error instanceof Error ? error.name : 'unknown', error)
      })
    const [failed] = output.Failed ?? []
    if (failed) throw unavailable(failed.Code ?? 'unknown')
  }
}

const unavailable = (internal: string, cause?: unknown) =>
  fault('unavailable', 'The queue of refused changes did not answer: try again.', { internal, cause })
