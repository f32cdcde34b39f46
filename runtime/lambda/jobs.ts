/** Lambda entry: work that goes on after its request was answered, a job a message. */
import { createJobs, type JobsEvent } from '#workers/jobs.ts'
import { jobsPlace } from '../aws-environment.ts'
import { openJobQueue } from '../aws-jobs.ts'
import { every } from '../every.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import type { LambdaContext } from './lambda-context.ts'
import { openLambdaService } from './service.ts'
import { timeIsUpAt } from './task.ts'

const { service, logger } = openLambdaService()
const messages = openJobQueue(jobsPlace(process.env))
const jobs = createJobs({ service, messages, every, clock: SYSTEM_CLOCK, logger })

export const handler = (event: JobsEvent, context: LambdaContext): Promise<void> => jobs(event, timeIsUpAt(context))
