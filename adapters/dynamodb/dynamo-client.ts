import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'

/** A client for DynamoTable: the SDK sends each request once, since RetryingTable knows until when to try again. */
export const createDynamoClient = (configuration: DynamoDBClientConfig): DynamoDBClient =>
  new DynamoDBClient({ ...configuration, maxAttempts: 1 })
