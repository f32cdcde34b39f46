export { SqsChangePublisher, type SqsChangePublisherParts } from './sqs-change-publisher.ts'
export { SqsJobQueue, type SqsJobQueueParts } from './sqs-job-queue.ts'
export { createSqsClient, SqsRefusedChanges, type SqsRefusedChangesParts } from './sqs-refused-changes.ts'
export { SqsRefusedQueue, type SqsRefusedQueueParts } from './sqs-refused-queue.ts'
