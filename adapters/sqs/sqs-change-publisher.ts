import { hash } from 'node:crypto'
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { fault } from '#service/fault.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import type { ChangePublisher } from '#service/ports/change-publisher.ts'
import type { Clock } from '#service/ports/clock.ts'

export interface SqsChangePublisherParts {
  readonly client: SQSClient
  /** Of a FIFO queue. */
  readonly queueUrl: string
  /** What deadlines are in. */
  readonly clock: Clock
}

/** Of one request. */
const MESSAGES_MAX = 10

/**
 * Puts changes on a FIFO queue: of one resource in the order of its versions, each once within the five minutes for
 * which the queue remembers what it has seen. A message is the change as JSON.
 */
export class SqsChangePublisher implements ChangePublisher {
  readonly #parts: SqsChangePublisherParts

  constructor(parts: SqsChangePublisherParts) {
    this.#parts = parts
  }

  async publish(changes: readonly CommittedChange[], deadline: number): Promise<void> {
    for (let start = 0; start < changes.length; start += MESSAGES_MAX)
      await this.#send(changes.slice(start, start + MESSAGES_MAX), deadline)
  }

  async #send(changes: readonly CommittedChange[], deadline: number): Promise<void> {
    const { client, queueUrl, clock } = this.#parts
    const remainingMs = deadline - clock.now()
    if (remainingMs <= 0) throw unavailable('The deadline had passed before it was sent')
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: changes.map((change, index) => {
        const resource = resourceName(change)
        return {
          Id: String(index),
          MessageBody: JSON.stringify(change),
          MessageGroupId: resource,
          MessageDeduplicationId: `${resource}.${change.versionId}`,
        }
      }),
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

/** Ids may be as long as a group's name, so the name is a hash. */
const resourceName = ({ tenant, type, id }: CommittedChange): string => hash('sha256', `${tenant}#${type}#${id}`)

const unavailable = (internal: string, cause?: unknown) =>
  fault('unavailable', 'The queue of changes did not answer: try again.', { internal, cause })
