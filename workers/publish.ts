/** Takes committed changes from their queue and tells those who listen. */
import {
  type ChangePublisher,
  type CommittedChange,
  Fault,
  type Logger,
  type Metrics,
  tenantOf,
} from '#service/index.ts'

/** What SQS gives a Lambda function; only what is read. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[]
}

/** Those that come again. Of a FIFO queue all behind the first one do, so that nothing overtakes. */
export interface QueueAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

export interface PublishParts {
  readonly publisher: ChangePublisher
  readonly logger: Logger
  readonly metrics: Metrics
}

export type QueueHandler = (event: QueueEvent, deadline: number) => Promise<QueueAnswer>

const NOTHING_FAILED: QueueAnswer = { batchItemFailures: [] }

/** A batch is told as a whole or comes again as a whole: subscribers drop what they have had. */
export function createPublish({ publisher, logger, metrics }: PublishParts): QueueHandler {
  return async ({ Records: records }, deadline) => {
    try {
      await publisher.publish(
        records.map(({ body }) => readChange(body)),
        deadline,
      )
    } catch (error) {
      logger.warn('Changes could not be published', { count: records.length, cause: causeOf(error) })
      metrics.record('PublishFailed', 'Count', records.length)
      return { batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) }
    }
    metrics.record('Published', 'Count', records.length)
    return NOTHING_FAILED
  }
}

function readChange(body: string): CommittedChange {
  const change = JSON.parse(body) as CommittedChange
  return { ...change, tenant: tenantOf(change.tenant) }
}

const causeOf = (error: unknown): string =>
  Fault.is(error) ? (error.internal ?? error.category) : error instanceof Error ? error.name : 'unknown'
