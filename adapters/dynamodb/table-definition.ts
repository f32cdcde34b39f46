import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'

export const CHANGES_INDEX = 'changes'

/** Seconds since the epoch from which on an item may be removed. */
const EXPIRES_ATTRIBUTE = 'expires'

/** One table for everything, billed by request, with new images in its stream. */
export const tableDefinition = (tableName: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['partition', 'sort', 'changes', 'changed'].map(name => ({
    AttributeName: name,
    AttributeType: 'S',
  })),
  KeySchema: keySchema('partition', 'sort'),
  // Sparse: only final versions have these attributes.
  GlobalSecondaryIndexes: [
    {
      IndexName: CHANGES_INDEX,
      KeySchema: keySchema('changes', 'changed'),
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
})

const keySchema = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
]

/** For engines on this machine, where no deployment has made the table; one that is there is left as it is. */
export async function createTable(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(tableName)))
  } catch (error) {
    if (error instanceof ResourceInUseException) return
    throw error
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: tableName })
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: tableName,
      TimeToLiveSpecification: { AttributeName: EXPIRES_ATTRIBUTE, Enabled: true },
    }),
  )
}
