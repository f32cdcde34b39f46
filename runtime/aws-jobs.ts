/** The queue that has jobs worked on: loaded with the first job. */
import { createSqsClient, SqsJobQueue } from '#adapters/sqs/index.ts'
import type { QueuePlace } from './aws-environment.ts'
import { clientConfiguration } from './client-configuration.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

export const openJobQueue = (place: QueuePlace): SqsJobQueue =>
  new SqsJobQueue({
    client: createSqsClient(clientConfiguration(place)),
    queueUrl: place.queueUrl,
    clock: SYSTEM_CLOCK,
  })
