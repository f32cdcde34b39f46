/** The service over the embedded engine: everything in one folder and one process. */
import type { MessagePort } from 'node:worker_threads'
import { type EmbeddedEngine, openEmbedded } from '#adapters/embedded/index.ts'
import {
  type ChangeFeed,
  createDefinitions,
  createFhirService,
  type FhirService,
  type Logger,
  type ServiceOptions,
  sweepUnnamedObjects,
} from '#service/index.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { Ids } from '#service/ports/ids.ts'
import type { JobQueue } from '#service/ports/job-store.ts'
import { createAesSealer } from './aes-sealer.ts'
import { sealingKeyOf } from './sealing-key.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { createIds } from './time-ordered-ids.ts'

export interface EmbeddedOptions extends Omit<ServiceOptions, 'ports'> {
  readonly folder: string
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Default: time-ordered and random. */
  readonly ids?: Ids
  /** Is told where the store's own threads fail. */
  readonly logger?: Logger
}

export interface EmbeddedService {
  readonly service: FhirService
  readonly clock: Clock
  readonly ids: Ids
  /** Everything that was acknowledged is on disk in any case; this ends what is open. */
  close(): Promise<void>
}

export interface PrimaryService extends EmbeddedService {
  /** A line to the thread that writes, for openWorkerService in another thread of this process. */
  connect(): MessagePort
  /** What is committed, by whatever thread. */
  readonly feed: ChangeFeed
  /** Jobs that wait for a worker, whatever thread they came from. */
  readonly jobs: JobQueue
  /** Takes away objects that no version names. How many that were. */
  sweepObjects(logger: Logger): Promise<number>
}

/** The owner of the folder. Rejects with an Error that says what to do where another process has it. */
export async function openPrimaryService(options: EmbeddedOptions): Promise<PrimaryService> {
  const { folder, logger } = options
  const engine = await openEmbedded({ folder, role: 'primary', ...clockOf(options), ...(logger && { logger }) })
  const { store, objects, feed, jobs } = engine
  const { definitions = createDefinitions(), clock = SYSTEM_CLOCK } = options
  return {
    ...serviceOver(engine, { ...options, definitions }),
    ...{ connect: () => engine.connect(), feed, jobs },
    sweepObjects: logger =>
      sweepUnnamedObjects({ store, objects, definitions, clock, logger }, { deadline: clock.now() + SWEEP_MS }),
  }
}

const SWEEP_MS = 60 * 60 * 1000

/** The same service in another thread of the owner's process. */
export async function openWorkerService(options: EmbeddedOptions, port: MessagePort): Promise<EmbeddedService> {
  return serviceOver(await openEmbedded({ folder: options.folder, role: 'worker', port, ...clockOf(options) }), options)
}

const clockOf = ({ clock }: EmbeddedOptions) => (clock ? { clock } : {})

function serviceOver(engine: EmbeddedEngine, options: EmbeddedOptions): EmbeddedService {
  const { folder, clock = SYSTEM_CLOCK, ids = createIds(clock), logger: _logger, ...rest } = options
  const sealer = createAesSealer(sealingKeyOf(folder))
  const { store, index, objects, jobs } = engine
  const service = createFhirService({ ...rest, ports: { store, index, objects, jobs, clock, ids, sealer } })
  return { service, clock, ids, close: () => engine.close() }
}
