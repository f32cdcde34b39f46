/** Stores over engines whose addresses are known, in a test or in a process of its own. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client } from '@aws-sdk/client-s3'
import {
  createDynamoClient,
  DynamoResourceStore,
  DynamoTable,
  type StoreSettings,
  SYSTEM_PACE,
} from '#adapters/dynamodb/index.ts'
import type { Table } from '#adapters/dynamodb/table.ts'
import { createS3Client, S3OverflowStore } from '#adapters/s3/index.ts'
import { createIds } from '#runtime/time-ordered-ids.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { SearchWriter } from '#service/ports/search-writer.ts'
import type { EngineAddresses } from '../engines/start-engines.ts'
import { recordingLogger } from './logger.ts'

export const MACHINE_CLOCK: Clock = { now: () => Date.now() }

export interface StoreOptions {
  readonly clock?: Clock
  readonly settings?: Partial<StoreSettings>
  /** What the store's requests go through. */
  readonly through?: (table: Table) => Table
  /** Where index documents go. */
  readonly writer?: SearchWriter
}

export interface DynamoPlace {
  readonly addresses: Pick<EngineAddresses, 'dynamodb' | 's3'>
  /** Of the table, and of the bucket for what overflows. */
  readonly name: string
}

export interface DynamoClients {
  readonly client: DynamoDBClient
  readonly objects: S3Client
}

export const clientsOf = ({ dynamodb, s3 }: DynamoPlace['addresses']): DynamoClients => ({
  client: createDynamoClient({ ...dynamodb, credentials: dynamodb }),
  objects: createS3Client({ ...s3, credentials: s3, forcePathStyle: true }),
})

export const storeOver = (
  { client, objects }: DynamoClients,
  name: string,
  { clock = MACHINE_CLOCK, settings = {}, through = (table: Table) => table, writer }: StoreOptions = {},
): DynamoResourceStore =>
  new DynamoResourceStore({
    table: through(new DynamoTable({ client, tableName: name, clock })),
    overflow: new S3OverflowStore({ client: objects, bucket: name, clock }),
    clock,
    ids: createIds(clock),
    pace: SYSTEM_PACE,
    logger: recordingLogger().logger,
    settings,
    ...(writer && { writer }),
  })
