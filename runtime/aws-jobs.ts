/** The queue that has jobs worked on: loaded with the first job. */
import { SqsJobQueue } from '#adapters/sqs/index.ts'
import type { QueuePlace } from './aws-environment.ts'
import { queueParts } from './queue-parts.ts'

export const openJobQueue = (place: QueuePlace): SqsJobQueue => new SqsJobQueue(queueParts(place))
