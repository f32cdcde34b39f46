import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import { MESSAGES_MAX, type QueueParts, sendToQueue, unavailable } from './send-to-queue.ts'

export type Message = Omit<SendMessageBatchRequestEntry, 'Id'>

/**
 * In the order given, ten a request, one request after the other.
 * @throws Fault unavailable where it is not certain that the queue has all of them.
 */
export async function sendMessages(parts: QueueParts, messages: readonly Message[], deadline: number): Promise<void> {
  for (let start = 0; start < messages.length; start += MESSAGES_MAX)
    await sendBatch(parts, messages.slice(start, start + MESSAGES_MAX), deadline)
}

async function sendBatch(parts: QueueParts, messages: readonly Message[], deadline: number): Promise<void> {
  const command = new SendMessageBatchCommand({
    QueueUrl: parts.queueUrl,
    Entries: messages.map((message, index) => ({ ...message, Id: String(index) })),
  })
  const { Failed: [failed] = [] } = await sendToQueue(parts, deadline, options => parts.client.send(command, options))
  if (failed) throw unavailable(failed.Code ?? 'unknown')
}
