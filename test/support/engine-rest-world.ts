/** RestWorlds over the engines of this run, in which every search sees what was written before. */

import { setTimeout as delay } from 'node:timers/promises'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import {
  BodyLoader,
  DEFAULT_STORE_SETTINGS,
  DynamoChangeImages,
  DynamoJobStore,
  DynamoResourceStore,
  DynamoTable,
  type Pace,
  StreamPoller,
  SYSTEM_PACE,
} from '#adapters/dynamodb/index.ts'
import { HttpEngine, OpenSearchIndex, OpenSearchWriter } from '#adapters/opensearch/index.ts'
import { createS3Client, S3ObjectStore, S3OverflowStore } from '#adapters/s3/index.ts'
import { createIds } from '#runtime/time-ordered-ids.ts'
import { ConsistentIndex, createFhirService, type Tenant } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import type { SearchIndex } from '#service/ports/search-index.ts'
import { createIndexStream } from '#workers/index-stream.ts'
import { MACHINE_CLOCK } from './dynamo-store.ts'
import { type DynamoWorld, dynamoWorld } from './dynamo-world.ts'
import { recordingLogger } from './logger.ts'
import { countingIds, type FixedClock, fixedClock, testSealer } from './memory-ports.ts'
import { type OpenSearchWorld, openSearchWorld } from './opensearch-world.ts'
import { BASE_URL, type RestWorld, type RestWorldOptions, restWorldOver } from './rest-world.ts'
import { currentTestDefinitions, testDefinitions } from './test-world.ts'

/** A table, a bucket and an index, and who fills it: as long to make as ten tests take. */
interface Places {
  readonly dynamo: DynamoWorld
  readonly search: OpenSearchWorld
  readonly worker: StreamPoller
}

let opened: Promise<Places> | undefined
let worlds = 0

/** One set of places for all worlds of a test file; in them each world has tenants of its own. */
export async function openEngineRestWorld(options: RestWorldOptions = {}): Promise<RestWorld> {
  opened ??= openPlaces()
  const places = await opened
  const clock = fixedClock()
  const prefix = `world-${++worlds}-`
  const { ports, close } = portsOver(places, clock)
  const { store, index, objects, jobs } = ports
  const ofThisWorld = {
    store: withTenants(store, prefix),
    index: withTenants(index, prefix),
    objects: withTenants(objects, prefix),
    jobs: withTenants(jobs, prefix),
  }
  const service = createFhirService({
    ...options,
    definitions: testDefinitions,
    ports: { ...ofThisWorld, clock, ids: countingIds(), sealer: testSealer },
  })
  return restWorldOver({
    service,
    clock,
    deadlineMs: 60_000,
    over: 'engines',
    historyLagMs: LAG_MS,
    files: () => countObjects(places, prefix),
    close,
  })
}

/** Ends what the worlds of a test file have shared. */
export async function closeEngineRestWorlds(): Promise<void> {
  const places = await opened
  await places?.worker.close()
  places?.dynamo.close()
  await places?.search.close()
}

const { writeMsMax, clockSkewMs, indexLagMs } = DEFAULT_STORE_SETTINGS
/** Versions are a millisecond apart at least, whatever the clock says: some may be later than it. */
const AHEAD_MS = 100
const LAG_MS = writeMsMax + clockSkewMs + indexLagMs + AHEAD_MS

async function openPlaces(): Promise<Places> {
  const [dynamo, search] = await Promise.all([dynamoWorld(), openSearchWorld()])
  return { dynamo, search, worker: indexWorkerOf(dynamo, search) }
}

/** As it is deployed. It is behind what searches see, and takes marks off, so that each of them has little to do. */
function indexWorkerOf({ place, store }: DynamoWorld, { writer }: OpenSearchWorld): StreamPoller {
  const { logger } = recordingLogger()
  const { dynamodb, s3 } = place.addresses
  const objects = { client: createS3Client({ ...s3, credentials: s3, forcePathStyle: true }), bucket: place.name }
  const handle = createIndexStream({
    images: new DynamoChangeImages(new BodyLoader(new S3OverflowStore({ ...objects, clock: MACHINE_CLOCK }))),
    writer,
    definitions: currentTestDefinitions,
    baseUrl: BASE_URL,
    marks: store().marks,
    refused: { report: async () => undefined },
    metrics: { record: () => undefined },
    clock: MACHINE_CLOCK,
    logger,
  })
  return new StreamPoller({
    configuration: { ...dynamodb, credentials: dynamodb },
    tableName: place.name,
    handle: async event => (await handle(event, Date.now() + BATCH_MS)).batchItemFailures[0]?.itemIdentifier,
    wait: milliseconds => delay(milliseconds),
    onError: error => logger.warn('A batch of the stream failed', { error: error instanceof Error ? error.name : '' }),
  })
}

const BATCH_MS = 60_000

function portsOver({ dynamo, search: { place } }: Places, clock: FixedClock) {
  const endpoint = inject('engines').opensearch?.endpoint
  invariant(endpoint, 'these tests need all engines')
  // Deadlines are of the time that stands still.
  const engine = new HttpEngine({ endpoint, clock })
  const objects = { client: dynamo.objects, bucket: dynamo.place.name, clock }
  // Nonces are known to the engine, which has more worlds than one.
  const parts = {
    table: new DynamoTable({ client: dynamo.client, tableName: dynamo.place.name, clock }),
    clock,
    ids: createIds(clock),
    pace: endingPace(),
  }
  const store = new DynamoResourceStore({
    ...parts,
    overflow: new S3OverflowStore(objects),
    logger: recordingLogger().logger,
    settings: { marksWrites: true },
  })
  const consistent = new ConsistentIndex({
    index: new OpenSearchIndex({ engine, place, clock }),
    writer: new OpenSearchWriter({ engine, place }),
    store,
    markers: store.marks,
    definitions: currentTestDefinitions,
    baseUrl: BASE_URL,
  })
  const index: SearchIndex = {
    search: (tenant, request) => consistent.search(tenant, { ...request, consistent: true }),
    findSome: (tenant, request) => consistent.findSome(tenant, request),
  }
  const jobs = new DynamoJobStore({ ...parts, tell: async () => undefined })
  return {
    ports: { store, index, objects: new S3ObjectStore(objects), jobs },
    close: async () => engine.close(),
  }
}

/** A wait as it comes after many refusals in a row. */
const LONG_WAIT_MS = 500
const LONG_WAITS_MS_MAX = 120_000

/** What is tried again until its deadline would be tried for ever at a time that stands still: in the end it fails. */
function endingPace(): Pace {
  let waitedMs = 0
  return {
    ...SYSTEM_PACE,
    async wait(ms) {
      if (ms >= LONG_WAIT_MS) waitedMs += ms
      if (waitedMs > LONG_WAITS_MS_MAX) throw new Error('The table of this world does not answer')
      await SYSTEM_PACE.wait(ms)
    },
  }
}

/** The port as it is, for tenants of a longer name: what every method of a port takes first is a tenant. */
function withTenants<Port extends object>(port: Port, prefix: string): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (tenant: Tenant, ...rest: unknown[]) => Reflect.apply(member, target, [`${prefix}${tenant}`, ...rest])
    },
  })
}

/** Bodies that have overflowed are below the same tenants, and begin with a type. */
async function countObjects({ dynamo: { objects, place } }: Places, prefix: string): Promise<number> {
  const command = new ListObjectsV2Command({ Bucket: place.name, Prefix: prefix })
  const { Contents = [] } = await objects.send(command)
  return Contents.filter(({ Key = '' }) => /^[^/]+\/[a-z]/.test(Key)).length
}
