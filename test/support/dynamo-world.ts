/** A table and a bucket of their own on the engines of this run, and stores over them. */
import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { createTable, type DynamoResourceStore } from '#adapters/dynamodb/index.ts'
import { createBucket } from '#adapters/s3/index.ts'
import { invariant } from '#service/invariant.ts'
import { clientsOf, type DynamoClients, type DynamoPlace, type StoreOptions, storeOver } from './dynamo-store.ts'
import { ownDatabase } from './own-database.ts'

export interface DynamoWorld extends DynamoClients {
  readonly place: DynamoPlace
  store(options?: StoreOptions): DynamoResourceStore
  close(): void
}

export async function dynamoWorld(): Promise<DynamoWorld> {
  const { dynamodb, s3 } = inject('engines')
  invariant(dynamodb && s3, 'this test needs the engines dynamodb and s3')
  const addresses = { dynamodb: ownDatabase(dynamodb), s3 }
  const name = `resources-${randomUUID()}`
  const clients = clientsOf(addresses)
  await createTable(clients.client, name)
  await createBucket(clients.objects, name)
  return {
    ...clients,
    place: { addresses, name },
    store: options => storeOver(clients, name, options),
    close() {
      clients.client.destroy()
      clients.objects.destroy()
    },
  }
}
