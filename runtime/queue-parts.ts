import { createSqsClient, type QueueParts } from '#adapters/sqs/index.ts'
import type { QueuePlace } from './aws-environment.ts'
import { clientConfiguration } from './client-configuration.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

/** What a queue is asked by. */
export const queueParts = (place: QueuePlace): QueueParts => ({
  client: createSqsClient(clientConfiguration(place)),
  queueUrl: place.queueUrl,
  clock: SYSTEM_CLOCK,
})
