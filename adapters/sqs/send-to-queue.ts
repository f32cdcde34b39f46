import type { SQSClient } from '@aws-sdk/client-sqs'
import { type Fault, fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'

export interface QueueParts {
  readonly client: SQSClient
  readonly queueUrl: string
  /** What deadlines are in. */
  readonly clock: Clock
}

/** Messages of one request. */
export const MESSAGES_MAX = 10

/** Sends one request, given up at the deadline. @throws Fault unavailable */
export async function sendToQueue<T>(
  { clock }: QueueParts,
  deadline: number,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const remainingMs = deadline - clock.now()
  if (remainingMs <= 0) throw unavailable('The deadline had passed before it was sent')
  return send({ abortSignal: AbortSignal.timeout(remainingMs) }).catch((error: unknown) => {
    throw unavailable(error instanceof Error ? error.name : 'unknown', error)
  })
}

export const unavailable = (internal: string, cause?: unknown): Fault =>
  fault('unavailable', 'The queue did not answer: try again.', { internal, cause, retryAfterSeconds: 1 })
