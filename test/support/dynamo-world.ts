/** A table and a bucket of their own on the engines of this run, and stores over them. */
import { randomUUID } from 'node:crypto'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import {
  createDynamoClient,
  createTable,
  DynamoResourceStore,
  DynamoTable,
  type OverflowStore,
  type StoreSettings,
  SYSTEM_PACE,
} from '#adapters/dynamodb/index.ts'
import type { Table } from '#adapters/dynamodb/table.ts'
import { createS3Client, S3ObjectStore } from '#adapters/s3/index.ts'
import { createIds } from '#runtime/time-ordered-ids.ts'
import { invariant } from '#service/invariant.ts'
import type { Clock } from '#service/ports/clock.ts'
import { recordingLogger } from './logger.ts'

export const MACHINE_CLOCK: Clock = { now: () => Date.now() }

export interface StoreOptions {
  readonly clock?: Clock
  readonly settings?: Partial<StoreSettings>
  /** What the store's requests go through. */
  readonly through?: (table: Table) => Table
}

export interface DynamoWorld {
  readonly client: DynamoDBClient
  readonly tableName: string
  readonly overflow: OverflowStore
  store(options?: StoreOptions): DynamoResourceStore
  close(): void
}

export async function dynamoWorld(): Promise<DynamoWorld> {
  const { dynamodb, s3 } = inject('engines')
  invariant(dynamodb && s3, 'this test needs the engines dynamodb and s3')
  const client = createDynamoClient({ ...dynamodb, credentials: dynamodb })
  const tableName = `resources-${randomUUID()}`
  await createTable(client, tableName)
  const objects = createS3Client({ ...s3, credentials: s3, forcePathStyle: true })
  await objects.send(new CreateBucketCommand({ Bucket: tableName }))
  const overflow = new S3ObjectStore({ client: objects, bucket: tableName, clock: MACHINE_CLOCK })
  return {
    client,
    tableName,
    overflow,
    store({ clock = MACHINE_CLOCK, settings = {}, through = (table: Table) => table } = {}) {
      return new DynamoResourceStore({
        table: through(new DynamoTable({ client, tableName, clock })),
        overflow: new S3ObjectStore({ client: objects, bucket: tableName, clock }),
        clock,
        ids: createIds(clock),
        pace: SYSTEM_PACE,
        logger: recordingLogger().logger,
        settings,
      })
    },
    close() {
      client.destroy()
      objects.destroy()
    },
  }
}
