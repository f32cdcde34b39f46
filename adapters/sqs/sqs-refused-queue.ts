import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { RefusedChange } from '#service/ports/refused-changes.ts'
import type { RefusedChangesQueue, WaitingChange } from '#service/ports/refused-changes-queue.ts'
import { MESSAGES_MAX, type QueueParts, sendToQueue, unavailable } from './send-to-queue.ts'

/** For so long the queue asks all of its machines before it says that there is nothing. */
const WAIT_SECONDS = 2
/** What is left is not taken again by the same run. */
const HIDDEN_SECONDS = 15 * 60

/** The queue that SqsRefusedChanges and the event source mapping fill. */
export class SqsRefusedQueue implements RefusedChangesQueue {
  readonly #parts: QueueParts

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  async take(deadline: number): Promise<readonly WaitingChange[]> {
    const { client, queueUrl } = this.#parts
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: MESSAGES_MAX,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: HIDDEN_SECONDS,
    })
    const { Messages = [] } = await sendToQueue(this.#parts, deadline, options => client.send(command, options))
    return Messages.map(waitingOf)
  }

  async remove(changes: readonly WaitingChange[], deadline: number): Promise<void> {
    const { client, queueUrl } = this.#parts
    for (let start = 0; start < changes.length; start += MESSAGES_MAX) {
      const some = changes.slice(start, start + MESSAGES_MAX)
      const command = new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: some.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt })),
      })
      const { Failed: [failed] = [] } = await sendToQueue(this.#parts, deadline, options =>
        client.send(command, options),
      )
      if (failed) throw unavailable(failed.Code ?? 'unknown')
    }
  }
}

function waitingOf({ ReceiptHandle: receipt = '', Body = '{}' }: Message): WaitingChange {
  const body = JSON.parse(Body) as Partial<RefusedChange>
  // What the event source mapping has put there says where a batch was in the stream, and not what was in it.
  const isChange = typeof body.worker === 'string' && typeof body.sequenceNumber === 'string'
  return { receipt, change: isChange ? { cause: '', ...(body as Omit<RefusedChange, 'cause'>) } : undefined }
}
