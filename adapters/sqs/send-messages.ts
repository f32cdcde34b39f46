import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs'
import { fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'

export interface QueueParts {
  readonly client: SQSClient
  readonly queueUrl: string
  /** What deadlines are in. */
  readonly clock: Clock
}

export type Message = Omit<SendMessageBatchRequestEntry, 'Id'>

/** Of one request. */
const MESSAGES_MAX = 10

/**
 * In the order given, ten a request, one request after the other.
 * @throws Fault unavailable where it is not certain that the queue has all of them.
 */
export async function sendMessages(parts: QueueParts, messages: readonly Message[], deadline: number): Promise<void> {
  for (let start = 0; start < messages.length; start += MESSAGES_MAX)
    await sendBatch(parts, messages.slice(start, start + MESSAGES_MAX), deadline)
}

async function sendBatch(
  { client, queueUrl, clock }: QueueParts,
  messages: readonly Message[],
  deadline: number,
): Promise<void> {
  const remainingMs = deadline - clock.now()
  if (remainingMs <= 0) throw unavailable('The deadline had passed before it was sent')
  const command = new SendMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: messages.map((message, index) => ({ ...message, Id: String(index) })),
  })
  const output = await client
    .send(command, { abortSignal: AbortSignal.timeout(remainingMs) })
    .catch((error: unknown) => {
      throw unavailable(error instanceof Error ? error.name : 'unknown', error)
    })
  const [failed] = output.Failed ?? []
  if (failed) throw unavailable(failed.Code ?? 'unknown')
}

const unavailable = (internal: string, cause?: unknown) =>
  fault('unavailable', 'The queue did not answer: try again.', { internal, cause })
