/** Works on jobs that a queue brings, and keeps their messages from other workers for as long as it lives. */
import {
  type Clock,
  type FhirService,
  JOB_BEAT_MS,
  JOB_LEASE_MS,
  type JobMessages,
  type JobRun,
  type Logger,
  tenantOf,
} from '#service/index.ts'

/** What SQS gives a Lambda function; only what is read. */
export interface JobsEvent {
  readonly Records: readonly JobMessage[]
}

export interface JobMessage {
  readonly body: string
  readonly receiptHandle: string
  readonly attributes: { readonly ApproximateReceiveCount: string }
}

export interface JobsParts {
  readonly service: Pick<FhirService, 'runJob'>
  readonly messages: JobMessages
  readonly every: NonNullable<JobRun['every']>
  readonly clock: Clock
  readonly logger: Logger
}

/** Begun anew with each beat. It is over soon after the lease, so that whoever is told then may have the job. */
const HIDDEN_SECONDS = JOB_LEASE_MS / 1000 + 5

const RETRY_SECONDS = { first: 30, factor: 4, max: 900 } as const

/** Rejects where an engine does not answer: the message comes again. What is wrong with a job itself is its result. */
export function createJobs(parts: JobsParts): (event: JobsEvent, deadline: number) => Promise<void> {
  return async ({ Records: records }, deadline) => {
    for (const record of records) await work(parts, record, deadline)
  }
}

async function work(parts: JobsParts, message: JobMessage, deadline: number): Promise<void> {
  const { service, messages, clock, logger, every } = parts
  const { tenant, id } = JSON.parse(message.body) as { readonly tenant: string; readonly id: string }
  const job = { tenant: tenantOf(tenant), id }
  const hold = holdOn(parts, message, id)
  const start = clock.now()
  try {
    const outcome = await service.runJob({ ...job, deadline, logger, every })
    // This message is gone then, and with it whoever would go on where the other worker dies.
    if (outcome === 'taken') await messages.tellLater(job, HIDDEN_SECONDS, clock.now() + JOB_BEAT_MS)
    logger.info('Job', { job: id, outcome, durationMs: clock.now() - start })
    await hold.end()
  } catch (error) {
    // An outage may last longer than the times that a message comes again at once.
    await hold.end(retrySeconds(message))
    throw error
  }
}

/** A message comes but some times; the pause before each of them is longer. */
function retrySeconds({ attributes }: JobMessage): number {
  const before = Number(attributes.ApproximateReceiveCount) - 1
  return Math.min(RETRY_SECONDS.max, RETRY_SECONDS.first * RETRY_SECONDS.factor ** before)
}

function holdOn({ messages, every, clock, logger }: JobsParts, { receiptHandle }: JobMessage, id: string) {
  const hide = (seconds: number): Promise<void> =>
    messages
      .hide(receiptHandle, seconds, clock.now() + JOB_BEAT_MS)
      // Without it the message comes again when the time is over that it had: early or late, but it does.
      .catch(() => logger.warn('The message of a job could not be kept from others', { job: id }))
  let hiding = hide(HIDDEN_SECONDS)
  const stop = every(JOB_BEAT_MS, () => {
    hiding = hiding.then(() => hide(HIDDEN_SECONDS))
    return hiding
  })
  return {
    /** @param seconds after which the message comes again; without it that is the queue's matter. */
    async end(seconds?: number): Promise<void> {
      stop()
      await hiding
      if (seconds !== undefined) await hide(seconds)
    },
  }
}
