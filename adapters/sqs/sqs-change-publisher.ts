import { hash } from 'node:crypto'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import type { ChangePublisher } from '#service/ports/change-publisher.ts'
import { sendMessages } from './send-messages.ts'
import type { QueueParts } from './send-to-queue.ts'

/**
 * Puts changes on a FIFO queue: of one resource in the order of its versions, each once within the five minutes for
 * which the queue remembers what it has seen. A message is the change as JSON.
 */
export class SqsChangePublisher implements ChangePublisher {
  readonly #parts: QueueParts

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  publish(changes: readonly CommittedChange[], deadline: number): Promise<void> {
    const messages = changes.map(change => {
      const resource = resourceName(change)
      return {
        MessageBody: JSON.stringify(change),
        MessageGroupId: resource,
        MessageDeduplicationId: `${resource}.${change.versionId}`,
      }
    })
    return sendMessages(this.#parts, messages, deadline)
  }
}

/** Ids may be as long as a group's name, so the name is a hash. */
const resourceName = ({ tenant, type, id }: CommittedChange): string => hash('sha256', `${tenant}#${type}#${id}`)
