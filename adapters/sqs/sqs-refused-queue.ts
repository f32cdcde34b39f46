import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { RefusedChange } from '#service/ports/refused-changes.ts'
import type { RefusedChangesQueue, WaitingChange } from '#service/ports/refused-changes-queue.ts'

export interface SqsRefusedQueueParts {
  readonly client: SQSClient
  readonly queueUrl: string
  /** What deadlines are in. */
  readonly clock: Clock
}

/** Of one request. */
const MESSAGES_MAX = 10
/** For so long the queue asks all of its machines before it says that there is nothing. */
const WAIT_SECONDS = 2
/** What is left is not taken again by the same run. */
const HIDDEN_SECONDS = 15 * 60

/** The queue that SqsRefusedChanges and the event source mapping fill. */
export class SqsRefusedQueue implements RefusedChangesQueue {
  readonly #parts: SqsRefusedQueueParts

  constructor(parts: SqsRefusedQueueParts) {
    this.#parts = parts
  }

  async take(deadline: number): Promise<readonly WaitingChange[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#parts.queueUrl,
      MaxNumberOfMessages: MESSAGES_MAX,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: HIDDEN_SECONDS,
    })
    const { Messages = [] } = await this.#send(signal => this.#parts.client.send(command, signal), deadline)
    return Messages.map(waitingOf)
  }

  async remove(changes: readonly WaitingChange[], deadline: number): Promise<void> {
    for (let start = 0; start < changes.length; start += MESSAGES_MAX) {
      const some = changes.slice(start, start + MESSAGES_MAX)
      const command = new DeleteMessageBatchCommand({
        QueueUrl: this.#parts.queueUrl,
        Entries: some.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt })),
      })
      const { Failed: [failed] = [] } = await this.#send(signal => this.#parts.client.send(command, signal), deadline)
      if (failed) throw unavailable(failed.Code ?? 'unknown')
    }
  }

  async #send<T>(send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>, deadline: number): Promise<T> {
    const remainingMs = deadline - this.#parts.clock.now()
    if (remainingMs <= 0) throw unavailable('The deadline had passed before it was sent')
    return send({ abortSignal: AbortSignal.timeout(remainingMs) }).catch((error: unknown) => {
      throw unavailable(error instanceof Error ? error.name : 'unknown', error)
    })
  }
}

function waitingOf({ ReceiptHandle: receipt = '', Body = '{}' }: Message): WaitingChange {
  const body = JSON.parse(Body) as Partial<RefusedChange>
  // What the event source mapping has put there says where a batch was in the stream, and not what was in it.
  const isChange = typeof body.worker === 'string' && typeof body.sequenceNumber === 'string'
  return { receipt, change: isChange ? { cause: '', ...(body as Omit<RefusedChange, 'cause'>) } : undefined }
}

const unavailable = (internal: string, cause?: unknown) =>
  fault('unavailable', 'The queue of refused changes did not answer: try again.', { internal, cause })
