/** A RestWorld over the engines of this run, in which every search sees what was written before. */
import { inject } from 'vitest'
import { DynamoResourceStore, DynamoTable, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { HttpEngine, OpenSearchIndex, OpenSearchWriter } from '#adapters/opensearch/index.ts'
import { S3ObjectStore, S3OverflowStore } from '#adapters/s3/index.ts'
import { ConsistentIndex, createFhirService } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import type { SearchIndex } from '#service/ports/search-index.ts'
import { dynamoWorld } from './dynamo-world.ts'
import { recordingLogger } from './logger.ts'
import { countingIds, fixedClock, testSealer } from './memory-ports.ts'
import { openSearchWorld } from './opensearch-world.ts'
import { type RestWorld, type RestWorldOptions, restWorldOver } from './rest-world.ts'
import { currentTestDefinitions, testDefinitions } from './test-world.ts'

export async function openEngineRestWorld(options: RestWorldOptions = {}): Promise<RestWorld> {
  const endpoint = inject('engines').opensearch?.endpoint
  invariant(endpoint, 'these tests need all engines')
  const clock = fixedClock()
  const ids = countingIds()
  const dynamo = await dynamoWorld()
  const search = await openSearchWorld()
  const { place } = search
  // Deadlines are of the time that stands still.
  const engine = new HttpEngine({ endpoint, clock })
  const parts = { client: dynamo.objects, bucket: dynamo.place.name, clock }
  const store = new DynamoResourceStore({
    table: new DynamoTable({ client: dynamo.client, tableName: dynamo.place.name, clock }),
    overflow: new S3OverflowStore(parts),
    clock,
    ids,
    pace: SYSTEM_PACE,
    logger: recordingLogger().logger,
    settings: { marksWrites: true },
  })
  const consistent = new ConsistentIndex({
    index: new OpenSearchIndex({ engine, place, clock }),
    writer: new OpenSearchWriter({ engine, place }),
    store,
    markers: store.marks,
    definitions: currentTestDefinitions,
  })
  const index: SearchIndex = {
    search: (tenant, request) => consistent.search(tenant, { ...request, consistent: true }),
  }
  const ports = { store, index, objects: new S3ObjectStore(parts), clock, ids, sealer: testSealer }
  return restWorldOver({
    service: createFhirService({ ...options, definitions: testDefinitions, ports }),
    clock,
    deadlineMs: 60_000,
    files() {
      throw new Error('Objects are not counted here')
    },
    async close() {
      engine.close()
      dynamo.close()
      await search.close()
    },
  })
}
