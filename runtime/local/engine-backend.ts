/** The service and its workers over real engines on this machine. */
import { setTimeout as delay } from 'node:timers/promises'
import { createDynamoClient, createTable, DynamoJobQueue, StreamPoller } from '#adapters/dynamodb/index.ts'
import { createBucket, createS3Client } from '#adapters/s3/index.ts'
import type { Limits, Logger } from '#service/index.ts'
import type { StreamHandler } from '#workers/stream-event.ts'
import type { AccessConfig } from '../access-environment.ts'
import { accessOptions } from '../access-options.ts'
import { type OpenWorker, openAwsService, openDispatch, openIndexStream, type WorkerSurroundings } from '../aws.ts'
import type { AwsEndpoint, ServicePlaces } from '../aws-environment.ts'
import { openSweep } from '../aws-sweep.ts'
import { clientConfiguration } from '../client-configuration.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import { createIds } from '../time-ordered-ids.ts'
import type { Backend } from './backend.ts'
import { createPublishedChanges } from './realtime/change-source.ts'

type LocalEndpoint = NonNullable<AwsEndpoint['local']> & Pick<AwsEndpoint, 'region'>

export interface EngineEndpoints {
  readonly dynamodb: LocalEndpoint
  readonly s3: LocalEndpoint
  readonly opensearch: { readonly endpoint: string }
}

export interface EngineBackendOptions {
  readonly engines: EngineEndpoints
  /** Of its table, bucket and indexes: lower-case letters, digits and dashes. */
  readonly name: string
  readonly limits: Partial<Limits>
  readonly logger: Logger
  readonly baseUrl: string | undefined
  /** Default: everybody may do everything. */
  readonly access?: AccessConfig
}

export interface EngineBackend extends Backend {
  readonly places: ServicePlaces
  /** What has been written before is in the index after it; it may need a refresh to be found. */
  indexed(): Promise<void>
  /** The worker that fills the index reads on, or doesn't. */
  setIndexing(state: 'running' | 'stopped'): Promise<void>
}

/** Makes table, bucket and index, where they are not there. */
export async function openEngineBackend(options: EngineBackendOptions): Promise<EngineBackend> {
  const { limits, logger, baseUrl, access } = options
  const places = placesOf(options)
  await makeTable(places)
  await makeBucket(places)
  const aws = openAwsService({ places, limits, logger, baseUrl, ...(access && accessOptions(access)) })
  await aws.prepare()
  const surroundings = surroundingsOf(logger)
  const index = openIndexStream({ places, baseUrl, ...surroundings })
  const published = createPublishedChanges()
  const dispatch = openDispatch({ places, publisher: published, ...surroundings })
  let indexing: StreamPoller | undefined = pollerOf(places, index, logger)
  const jobs = new DynamoJobQueue({ clock: SYSTEM_CLOCK })
  const dispatching = pollerOf(places, { ...dispatch, handle: observed(jobs, dispatch.handle) }, logger)
  const sweep = openSweep({ places, ...surroundings })
  const sweeping = every(SWEEP_EVERY_MS, () => sweep.run(SYSTEM_CLOCK.now() + BATCH_MS))
  return {
    ...aws,
    places,
    changes: published,
    jobs,
    connect: () => ({ kind: 'engines', places }),
    indexed: async () => indexing?.settled(),
    async setIndexing(state) {
      const before = indexing
      indexing = state === 'running' ? (before ?? pollerOf(places, index, logger)) : undefined
      if (before !== indexing) await before?.close()
    },
    async close() {
      await Promise.all([indexing?.close(), dispatching.close(), sweeping.stop()])
      for (const { close } of [index, dispatch, sweep, aws]) close()
    },
  }
}

/** There is no queue of jobs here: the stream tells of them. */
const observed =
  (jobs: DynamoJobQueue, handle: StreamHandler): StreamHandler =>
  (event, deadline) => {
    jobs.observe(event.Records)
    return handle(event, deadline)
  }

/** As often as a deployment does it. */
const SWEEP_EVERY_MS = 5 * 60_000

/** One run at a time; stopping waits for the one under way. It keeps no process alive. */
function every(milliseconds: number, run: () => Promise<void>) {
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(run)
  }, milliseconds).unref()
  return {
    stop(): Promise<void> {
      clearInterval(timer)
      return running
    },
  }
}

function placesOf({ engines: { dynamodb, s3, opensearch }, name }: EngineBackendOptions): ServicePlaces {
  const { region } = dynamodb
  return {
    table: { region, local: plain(dynamodb), table: name },
    objects: { region: s3.region, local: plain(s3), bucket: name },
    search: { region, endpoint: opensearch.endpoint, prefix: name, tenancy: 'single' },
    jobs: 'stream',
    sealingKey: createIds(SYSTEM_CLOCK).nonce().repeat(2),
  }
}

const plain = ({ endpoint, accessKeyId, secretAccessKey }: LocalEndpoint) => ({
  endpoint,
  accessKeyId,
  secretAccessKey,
})

async function makeTable({ table }: ServicePlaces): Promise<void> {
  const client = createDynamoClient(clientConfiguration(table))
  await createTable(client, table.table)
  client.destroy()
}

async function makeBucket({ objects }: ServicePlaces): Promise<void> {
  const client = createS3Client({ ...clientConfiguration(objects), forcePathStyle: true })
  await createBucket(client, objects.bucket)
  client.destroy()
}

const surroundingsOf = (logger: Logger): WorkerSurroundings => ({
  logger,
  metrics: { record: (name, unit, value) => logger.debug('Metric', { name, unit, value }) },
  // There is no queue here: the worker's log line has what one would hold.
  refused: { report: async () => undefined },
})

/** As long as a Lambda function may take for a batch. */
const BATCH_MS = 60_000

function pollerOf({ table }: ServicePlaces, worker: OpenWorker, logger: Logger): StreamPoller {
  const handle: StreamHandler = worker.handle
  return new StreamPoller({
    configuration: clientConfiguration(table),
    tableName: table.table,
    handle: async event => (await handle(event, SYSTEM_CLOCK.now() + BATCH_MS)).batchItemFailures[0]?.itemIdentifier,
    wait: milliseconds => delay(milliseconds),
    onError: error => logger.warn('A batch of the stream failed', { error: error instanceof Error ? error.name : '' }),
  })
}
