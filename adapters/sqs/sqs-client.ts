import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'

export const createSqsClient = (configuration: SQSClientConfig): SQSClient => new SQSClient(configuration)
