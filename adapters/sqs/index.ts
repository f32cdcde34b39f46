export { createSqsClient, SqsRefusedChanges, type SqsRefusedChangesParts } from './sqs-refused-changes.ts'
