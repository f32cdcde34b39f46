/** Lambda entry: work that goes on after its request was answered, a job a message. */
import { tenantOf } from '#service/index.ts'
import { every } from '../every.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import { openLambdaService } from './service.ts'
import { type TaskContext, timeIsUpAt } from './task.ts'

/** What SQS gives a Lambda function; only what is read. */
export interface JobsEvent {
  readonly Records: readonly { readonly body: string }[]
}

const { service, logger } = openLambdaService()

/** Rejects where an engine does not answer: the message comes again. What is wrong with a job itself is its result. */
export async function handler({ Records: records }: JobsEvent, context: TaskContext): Promise<void> {
  for (const { body } of records) {
    const { tenant, id } = JSON.parse(body) as { readonly tenant: string; readonly id: string }
    const start = SYSTEM_CLOCK.now()
    const run = { tenant: tenantOf(tenant), id, deadline: timeIsUpAt(context), logger, every }
    const outcome = await service.runJob(run)
    logger.info('Job', { job: id, outcome, durationMs: SYSTEM_CLOCK.now() - start })
  }
}
