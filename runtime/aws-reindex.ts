/** The rebuild of the search index over AWS's engines, or over their like on this machine. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  BodyLoader,
  createDynamoClient,
  DynamoRebuildRecords,
  DynamoResourceStore,
  DynamoTable,
  DynamoVersionScan,
  SYSTEM_PACE,
} from '#adapters/dynamodb/index.ts'
import { OpenSearchRebuild } from '#adapters/opensearch/index.ts'
import { createDefinitions, createOwnDefinitions } from '#service/index.ts'
import { type ReindexNews, type ReindexOptions, type ReindexOutcome, reindex } from '#workers/reindex.ts'
import { openSearch } from './aws.ts'
import type { ReindexPlaces } from './aws-environment.ts'
import { openAwsObjects } from './aws-objects.ts'
import { clientConfiguration } from './client-configuration.ts'
import { createStderrLogger } from './stderr-logger.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { createIds } from './time-ordered-ids.ts'

export interface AwsReindexOptions extends ReindexOptions {
  readonly places: ReindexPlaces
  /** Of the FHIR endpoint, as the index worker has it; undefined: absolute references are never local. */
  readonly baseUrl: string | undefined
  report(news: ReindexNews): void
}

/** @throws Fault conflict where another process rebuilds the index. */
export async function reindexOnAws({
  places,
  baseUrl,
  report,
  ...options
}: AwsReindexOptions): Promise<ReindexOutcome> {
  const clock = SYSTEM_CLOCK
  const client = createDynamoClient(clientConfiguration(places.table))
  const tableName = places.table.table
  const objects = openAwsObjects(places.objects)
  const search = openSearch(places.search, () => client.config.credentials())
  const ids = createIds(clock)
  const table = new DynamoTable({ client, tableName, clock })
  const { ownParameters: parameters } = new DynamoResourceStore({
    ...{ table, overflow: objects.overflow, clock, ids, pace: SYSTEM_PACE, logger: createStderrLogger('warn') },
  })
  try {
    const parts = {
      scan: new DynamoVersionScan({ client, tableName, bodies: new BodyLoader(objects.overflow), clock }),
      rebuild: new OpenSearchRebuild(search.life),
      records: new DynamoRebuildRecords(table, { clock, pace: SYSTEM_PACE }),
      definitions: createOwnDefinitions(createDefinitions(), { parameters, clock }),
      ...(baseUrl !== undefined && { baseUrl }),
      clock,
      nonce: () => ids.nonce(),
      wait: (milliseconds: number) => delay(milliseconds),
      report,
    }
    return await reindex(parts, options)
  } finally {
    objects.close()
    search.close()
    client.destroy()
  }
}
