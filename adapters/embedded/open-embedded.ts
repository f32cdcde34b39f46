/** The embedded engine: everything in one folder, by node:sqlite, with no service beside the process. */
import type { MessagePort } from 'node:worker_threads'
import type { ChangeFeed } from '#service/ports/change-feed.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { JobQueue, JobStore } from '#service/ports/job-store.ts'
import type { Logger } from '#service/ports/logger.ts'
import type { ObjectStore } from '#service/ports/object-store.ts'
import type { ResourceStore } from '#service/ports/resource-store.ts'
import type { SearchIndex } from '#service/ports/search-index.ts'
import { lockFolder, openReader, prepareFolder } from './database.ts'
import { DictionaryReader } from './dictionary-reader.ts'
import { EmbeddedChangeFeed } from './embedded-change-feed.ts'
import { EmbeddedJobStore } from './embedded-job-store.ts'
import { EmbeddedParameterStore } from './embedded-parameter-store.ts'
import { EmbeddedResourceStore } from './embedded-resource-store.ts'
import { EmbeddedSearchIndex } from './embedded-search-index.ts'
import { FileObjectStore, prepareObjects, sweepPassing } from './file-object-store.ts'
import { openFailure } from './open-failure.ts'
import { SearchPool } from './search/search-pool.ts'
import { Searcher } from './search/searcher.ts'
import { WriterClient } from './writer-client.ts'
import { WriterHost } from './writer-host.ts'

export interface EmbeddedEngine {
  readonly store: ResourceStore
  readonly index: SearchIndex
  readonly feed: ChangeFeed
  readonly objects: ObjectStore
  readonly jobs: JobStore & JobQueue
  /** Ends what this thread holds open. Of the primary: after everything asked before is written. */
  close(): Promise<void>
}

export interface PrimaryEngine extends EmbeddedEngine {
  /** A line to the writer for another thread of this process: transfer it there, and `openEmbedded` with it. */
  connect(): MessagePort
}

interface CommonOptions {
  /** Where the data is, or shall be. */
  readonly folder: string
  /** What the deadlines of requests are in; the machine's clock where it is not given. */
  readonly clock?: Clock
}

export type PrimaryOptions = CommonOptions & {
  readonly role: 'primary'
  /** Is told where a thread of this engine fails. */
  readonly logger?: Logger
}
export type WorkerOptions = CommonOptions & { readonly role: 'worker'; readonly port: MessagePort }

const SWEEP_MS = 60 * 60 * 1000

/** Two long searches at once; the third waits for one of them. */
const SEARCH_THREADS_MAX = 2

const MACHINE_CLOCK: Clock = { now: () => Date.now() }

/**
 * primary: owns the folder and the writer's thread; one in a process and on a folder. worker: any other thread of that
 * process. Rejects with an Error that says what to do where the folder is in use, or of another format.
 */
export function openEmbedded(options: PrimaryOptions): Promise<PrimaryEngine>
export function openEmbedded(options: WorkerOptions): Promise<EmbeddedEngine>
export function openEmbedded(options: PrimaryOptions | WorkerOptions): Promise<EmbeddedEngine> {
  return options.role === 'primary' ? openPrimary(options) : openWorker(options)
}

async function openPrimary(options: PrimaryOptions): Promise<PrimaryEngine> {
  const { folder } = options
  let lock: ReturnType<typeof lockFolder> | undefined
  try {
    const held = lockFolder(folder)
    lock = held
    prepareFolder(folder)
    prepareObjects(folder)
    const host = new WriterHost({ folder, logger: options.logger })
    await host.start()
    const writer = new WriterClient(host.connect())
    const pool = new SearchPool(folder, SEARCH_THREADS_MAX)
    const engine = openPorts(options, writer, pool)
    const sweeping = setInterval(() => sweepPassing(folder), SWEEP_MS).unref()
    return {
      ...engine,
      connect: () => host.connect(),
      async close() {
        clearInterval(sweeping)
        await Promise.all([host.close(() => writer.close()), pool.close()])
        await engine.close()
        held.release()
      },
    }
  } catch (error) {
    lock?.release()
    throw openFailure(folder, error)
  }
}

async function openWorker(options: WorkerOptions): Promise<EmbeddedEngine> {
  const writer = new WriterClient(options.port)
  const engine = openPorts(options, writer, undefined)
  return {
    ...engine,
    async close() {
      await engine.close()
      writer.end()
    },
  }
}

function openPorts(
  { folder, clock = MACHINE_CLOCK }: CommonOptions,
  writer: WriterClient,
  pool: SearchPool | undefined,
): EmbeddedEngine {
  const database = openReader(folder)
  const dictionary = new DictionaryReader(database, () => writer.epoch())
  return {
    store: new EmbeddedResourceStore({
      ...{ database, dictionary, writer, clock },
      parameters: new EmbeddedParameterStore({ database, dictionary, writer }),
    }),
    index: new EmbeddedSearchIndex({ searcher: new Searcher(database, dictionary), pool, clock }),
    feed: new EmbeddedChangeFeed(database, dictionary, writer),
    objects: new FileObjectStore(folder, clock),
    jobs: new EmbeddedJobStore({ database, writer, clock }),
    async close() {
      database.close()
    },
  }
}
