/** The service and its workers over AWS's engines, or over their like on this machine. */
import { hash } from 'node:crypto'
import {
  BodyLoader,
  DynamoChangeImages,
  DynamoJobStore,
  type DynamoJobStoreParts,
  DynamoListeners,
  SYSTEM_PACE,
} from '#adapters/dynamodb/index.ts'
import type { SqsJobQueue } from '#adapters/sqs/index.ts'
import {
  type ChangePublisher,
  type Clock,
  ConsistentIndex,
  createDefinitions,
  createFhirService,
  createOwnDefinitions,
  type FhirService,
  type Logger,
  type Metrics,
  type RefusedChanges,
  type ServiceOptions,
  UPLOAD,
} from '#service/index.ts'
import type { Ids } from '#service/ports/ids.ts'
import type { JobStore } from '#service/ports/job-store.ts'
import { createDispatch } from '#workers/dispatch.ts'
import { createIndexStream } from '#workers/index-stream.ts'
import type { StreamHandler } from '#workers/stream-event.ts'
import { createAesSealer } from './aes-sealer.ts'
import { openEngines, openStore, openStoreEngines } from './aws-engines.ts'
import type { DispatchPlaces, EnginePlaces, QueuePlace, ServicePlaces } from './aws-environment.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { createIds } from './time-ordered-ids.ts'

export interface AwsServiceOptions extends Omit<ServiceOptions, 'ports'> {
  readonly places: ServicePlaces
  readonly logger: Logger
  /** Of the FHIR endpoint, as the index worker has it; undefined: absolute references are never local. */
  readonly baseUrl: string | undefined
}

export interface AwsService {
  readonly service: FhirService
  readonly clock: Clock
  readonly ids: Ids
  /** Makes the search index where there is none yet. */
  prepare(): Promise<void>
  /** Ends the connections that are kept. */
  close(): void
}

export function openAwsService({ places, logger, baseUrl, ...options }: AwsServiceOptions): AwsService {
  const clock = SYSTEM_CLOCK
  const ids = createIds(clock)
  const engines = openEngines(places)
  const { objects, table, search } = engines
  const store = openStore(engines, { logger, settings: { marksWrites: true }, writer: search.writer, baseUrl })
  const definitions = options.definitions ?? createDefinitions()
  const index = new ConsistentIndex({
    index: search.index,
    writer: search.writer,
    store,
    markers: store.marks,
    definitions: createOwnDefinitions(definitions, { parameters: store.ownParameters, clock }),
    ...(baseUrl !== undefined && { baseUrl }),
  })
  const sealer = createAesSealer(hash('sha256', places.sealingKey, 'buffer'))
  const listeners = new DynamoListeners(table.table, { clock, pace: SYSTEM_PACE })
  const jobs = places.jobs && openJobs(places.jobs, { table: table.table, clock, ids })
  // S3 has a door of its own, and the queue somebody who works on what is put there.
  const uploads = jobs && { operations: [UPLOAD] }
  const ports = { store, index, objects: objects.objects, clock, ids, sealer, listeners, ...(jobs && { jobs }) }
  return {
    // The description of all types is longer than a Lambda function may answer; the schema is a file.
    service: createFhirService({ introspection: 'refused', ...uploads, ...options, definitions, ports }),
    clock,
    ids,
    prepare: search.prepare,
    close: engines.close,
  }
}

export interface WorkerSurroundings {
  readonly refused: RefusedChanges
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface OpenWorker {
  readonly handle: StreamHandler
  close(): void
}

export interface IndexStreamOptions extends WorkerSurroundings {
  readonly places: EnginePlaces
  /** Of the FHIR endpoint; undefined: absolute references are never local. */
  readonly baseUrl: string | undefined
}

/** The index is made before the first batch goes there. */
export function openIndexStream({ places, baseUrl, ...surroundings }: IndexStreamOptions): OpenWorker {
  const clock = SYSTEM_CLOCK
  const engines = openEngines(places)
  const { objects, search } = engines
  const { marks, ownParameters: parameters } = openStore(engines, { logger: surroundings.logger })
  const handle = createIndexStream({
    ...surroundings,
    images: new DynamoChangeImages(new BodyLoader(objects.store)),
    writer: search.writer,
    definitions: createOwnDefinitions(createDefinitions(), { parameters, clock }),
    clock,
    marks,
    ...(baseUrl !== undefined && { baseUrl }),
  })
  let prepared = false
  return {
    async handle(event, deadline) {
      // Where that fails there is no index to write to: the batch comes again.
      if (!prepared)
        prepared = await search.prepare().then(
          () => true,
          () => false,
        )
      return handle(event, deadline)
    },
    close: engines.close,
  }
}

export interface DispatchOptions extends WorkerSurroundings {
  /** Without it nobody is told of changes. */
  readonly publisher?: ChangePublisher
  readonly places: Omit<DispatchPlaces, 'refused' | 'changes'>
}

export function openDispatch({ places, ...surroundings }: DispatchOptions): OpenWorker {
  const clock = SYSTEM_CLOCK
  const engines = openStoreEngines(places)
  const { objects, table } = engines
  const finisher = openStore(engines, { logger: surroundings.logger })
  const images = new DynamoChangeImages(new BodyLoader(objects.store))
  const listeners = new DynamoListeners(table.table, { clock, pace: SYSTEM_PACE })
  return {
    handle: createDispatch({ ...surroundings, images, finisher, clock, listeners }),
    close: engines.close,
  }
}

/** Jobs in the table; a queue has them worked on, or who reads the stream. */
function openJobs(queue: QueuePlace | 'stream', parts: Omit<DynamoJobStoreParts, 'tell' | 'pace'>): JobStore {
  let opened: Promise<SqsJobQueue> | undefined
  return new DynamoJobStore({
    ...parts,
    pace: SYSTEM_PACE,
    async tell(job, deadline) {
      if (queue === 'stream') return
      opened ??= import('./aws-jobs.ts').then(module => module.openJobQueue(queue))
      await (await opened).tell(job, deadline)
    },
  })
}
