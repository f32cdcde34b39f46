import { NoSuchKey, NotFound, type S3Client } from '@aws-sdk/client-s3'
import { type Fault, fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'

export interface S3BucketParts {
  readonly client: S3Client
  readonly bucket: string
  /** What deadlines and the expiry of URLs are in. */
  readonly clock: Clock
}

export interface SendOptions {
  readonly abortSignal: AbortSignal
}

/** One request may wait for its answer so long. */
const REQUEST_MS_MAX = 60_000

/** Sends one request, given up at the deadline. @throws Fault unavailable, also where there is no such object */
export async function sendToBucket<T>(
  clock: Clock,
  deadline: number,
  send: (options: SendOptions) => Promise<T>,
): Promise<T> {
  const remainingMs = deadline - clock.now()
  if (remainingMs <= 0) throw unavailable('The deadline had passed before the object store was asked')
  try {
    return await send({ abortSignal: AbortSignal.timeout(Math.min(remainingMs, REQUEST_MS_MAX)) })
  } catch (error) {
    throw unavailable(describe(error), error)
  }
}

/** S3 says the one where the request has a body to say it in, and the other for HEAD. */
export const isMissing = (error: unknown): boolean => error instanceof NoSuchKey || error instanceof NotFound

const unavailable = (internal: string, cause?: unknown): Fault =>
  fault('unavailable', 'The store of large contents did not answer: try again.', {
    internal,
    cause,
    retryAfterSeconds: 1,
  })

const describe = (error: unknown): string => {
  if (isMissing(error)) return 'There is no such object'
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
