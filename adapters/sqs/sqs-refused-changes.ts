import type { RefusedChange, RefusedChanges } from '#service/ports/refused-changes.ts'
import { sendMessages } from './send-messages.ts'
import type { QueueParts } from './send-to-queue.ts'

/** A message of JSON for each refused change. */
export class SqsRefusedChanges implements RefusedChanges {
  readonly #parts: QueueParts

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  report(changes: readonly RefusedChange[], deadline: number): Promise<void> {
    const messages = changes.map(change => ({ MessageBody: JSON.stringify(change) }))
    return sendMessages(this.#parts, messages, deadline)
  }
}
