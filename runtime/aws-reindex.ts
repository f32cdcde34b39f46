/** The rebuild of the search index over AWS's engines, or over their like on this machine. */
import { setTimeout as delay } from 'node:timers/promises'
import { BodyLoader, DynamoRebuildRecords, DynamoVersionScan, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { OpenSearchRebuild } from '#adapters/opensearch/index.ts'
import { createDefinitions, createOwnDefinitions } from '#service/index.ts'
import { type ReindexNews, type ReindexOptions, type ReindexOutcome, reindex } from '#workers/reindex.ts'
import { openEngines, openStore } from './aws-engines.ts'
import type { EnginePlaces } from './aws-environment.ts'
import { createStderrLogger } from './stderr-logger.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { createIds } from './time-ordered-ids.ts'

/** Longer than index-stream may work on a batch, and requests on a search that must see every write. */
export const LATE_WRITERS_MS = 150_000

export interface AwsReindexOptions extends ReindexOptions {
  readonly places: EnginePlaces
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
  const engines = openEngines(places)
  const { objects, search } = engines
  const { client, table } = engines.table
  const { ownParameters: parameters } = openStore(engines, { logger: createStderrLogger('warn') })
  const ids = createIds(clock)
  const bodies = new BodyLoader(objects.store)
  try {
    const parts = {
      scan: new DynamoVersionScan({ client, tableName: places.table.table, bodies, clock }),
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
    engines.close()
  }
}
