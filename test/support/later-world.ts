/**
 * The service over a DynamoDB table in memory, and an index that workers write later: all of it but the engines. The
 * table's change index is behind, as DynamoDB's may be.
 */
import { BodyLoader, DynamoChangeImages, DynamoJobStore, DynamoResourceStore } from '#adapters/dynamodb/index.ts'
import type { Action, Item, Key, Query, Table, Write } from '#adapters/dynamodb/table.ts'
import { engineVersion } from '#adapters/opensearch/opensearch-writer.ts'
import {
  ConsistentIndex,
  type CurrentDefinitions,
  createFhirService,
  createOwnDefinitions,
  type IndexableVersion,
  type SearchWriter,
  type Tenant,
  tenantOf,
} from '#service/index.ts'
import type { SearchIndex, SomeRequest } from '#service/ports/search-index.ts'
import type { Query as SearchQuery } from '#service/search/ast.ts'
import { evaluateQuery, NO_LOOKUP } from '#service/search/evaluate.ts'
import { createIndexStream } from '#workers/index-stream.ts'
import { recordingLogger } from './logger.ts'
import { memoryObjects } from './memory-objects.ts'
import { countingIds, type FixedClock, fixedClock, testSealer } from './memory-ports.ts'
import { MemoryOverflow, MemoryTable } from './memory-table.ts'
import { type RestWorld, restWorldOver } from './rest-world.ts'
import { streamEvent } from './stream-events.ts'
import { silentLogger } from './test-call.ts'
import { testDefinitions } from './test-world.ts'

export interface LaterWorld extends RestWorld {
  readonly table: MemoryTable
  /** Handles what is new in the stream. Several may be at work at the same time. */
  work(): Promise<void>
  /** Does what workers were told of jobs so far. */
  runJobs(): Promise<void>
  /** Loses what workers were told of jobs. How much that was. */
  forgetJobs(): number
  /** Whether there is nothing in the stream, and no job to do. */
  isIdle(): boolean
  /** A worker that has read its definitions now, and makes documents of it when it is told to. */
  lateWorker(tenant?: Tenant): Promise<() => Promise<void>>
}

/** What workers wait for: a test may let it take its time. */
export interface LaterSteps {
  readonly definitions?: (current: CurrentDefinitions['current']) => CurrentDefinitions['current']
  readonly write?: (write: SearchWriter['write']) => SearchWriter['write']
}

/** Absolute references below it count as local for whoever indexes. */
export const INDEX_BASE = 'https://fhir.example.org'
const INDEX_LAG_MS = 6000
const TENANT = tenantOf('default')

export function openLaterWorld({ definitions = same, write = same }: LaterSteps = {}): LaterWorld {
  const clock = fixedClock()
  const memory = new MemoryTable()
  const table = new StreamedTable(memory, clock)
  const index = new LaterIndex()
  const overflow = new MemoryOverflow()
  const { logger } = recordingLogger()
  const ids = countingIds()
  const pace = { wait: async (ms: number) => clock.advance(ms), random: () => 0.5 }
  const told: string[] = []
  const parts = { table, clock, ids, pace }
  const jobs = new DynamoJobStore({ ...parts, tell: async ({ id }) => void told.push(id) })
  const settings = { marksWrites: true, indexLagMs: INDEX_LAG_MS, transactActionsMax: 20 }

  const serviceOver = (writer: SearchWriter) => {
    const store = new DynamoResourceStore({ ...parts, overflow, logger, settings, writer, baseUrl: INDEX_BASE })
    const own = createOwnDefinitions(testDefinitions, { parameters: store.ownParameters, clock })
    const indexing = { writer: index, store, markers: store.marks, definitions: own, baseUrl: INDEX_BASE }
    const consistent = new ConsistentIndex({ index, ...indexing })
    const ports = { store, index: consistent, objects: memoryObjects(), jobs, clock, ids, sealer: testSealer }
    return { service: createFhirService({ definitions: testDefinitions, ports }), store, own }
  }
  const front = serviceOver(index)
  const slow: SearchWriter = { write: write(index.write.bind(index)), refresh: async () => undefined }
  const behind = serviceOver(slow)
  const worker = (current: CurrentDefinitions['current']) =>
    createIndexStream({
      images: new DynamoChangeImages(new BodyLoader(overflow)),
      refused: { report: async () => undefined },
      metrics: { record: () => undefined },
      definitions: { current },
      marks: behind.store.marks,
      baseUrl: INDEX_BASE,
      ...{ writer: slow, clock, logger },
    })
  const handle = worker(definitions(behind.own.current))
  const world = restWorldOver({
    service: front.service,
    clock,
    deadlineMs: 60_000,
    over: 'engines',
    historyLagMs: 0,
    files: async () => 0,
    close: async () => undefined,
  })
  return {
    ...world,
    table: memory,
    async work() {
      await handle(streamEvent(...table.taken()), clock.now() + 60_000)
    },
    async runJobs() {
      for (const id of told.splice(0))
        await behind.service.runJob({ tenant: TENANT, id, deadline: clock.now() + 900_000, logger: silentLogger })
    },
    forgetJobs: () => told.splice(0).length,
    isIdle: () => told.length === 0 && table.isTaken,
    async lateWorker(tenant = TENANT) {
      const its = await behind.own.current(tenant)
      const records = table.taken()
      return async () => {
        await worker(async () => its)(streamEvent(...records), clock.now() + 60_000)
      }
    },
  }
}

const same = <T>(value: T): T => value

/** Tells of what is written, and shows it in the change index some time later. */
export class StreamedTable implements Table {
  readonly #table: MemoryTable
  readonly #clock: FixedClock
  readonly #writtenAt = new Map<string, number>()
  readonly #stream: { readonly image: Item | undefined; readonly at: number }[] = []

  constructor(table: MemoryTable, clock: FixedClock) {
    this.#table = table
    this.#clock = clock
  }

  get isTaken(): boolean {
    return this.#stream.length === 0
  }

  /** What is new. */
  taken() {
    return this.#stream.splice(0)
  }

  get(key: Key) {
    return this.#table.get(key)
  }

  batchGet(keys: readonly Key[]) {
    return this.#table.batchGet(keys)
  }

  async query(query: Query) {
    const page = await this.#table.query(query)
    if (query.index === undefined) return page
    const shown = this.#clock.now() - INDEX_LAG_MS
    return { ...page, items: page.items.filter(item => (this.#writtenAt.get(nameOf(item)) ?? 0) <= shown) }
  }

  async write(write: Write) {
    const outcome = await this.#table.write(write)
    if (outcome.done) this.#tell(write)
    return outcome
  }

  async transact(actions: readonly Action[], token: string) {
    const outcome = await this.#table.transact(actions, token)
    if (outcome.done) for (const action of actions) if (action.kind !== 'check') this.#tell(action)
    return outcome
  }

  #tell(write: Write): void {
    const { partition, sort } = write.kind === 'put' ? write.item : write.key
    this.#writtenAt.set(nameOf({ partition, sort }), this.#clock.now())
    this.#stream.push({ image: this.#table.items.get({ partition, sort }), at: this.#clock.now() })
  }
}

const nameOf = ({ partition, sort }: Key): string => `${partition} ${sort}`

/** Keeps of each resource the document with the highest number, and what it contains, as OpenSearch does. */
export class LaterIndex implements SearchIndex, SearchWriter {
  readonly #documents = new Map<string, { readonly number: bigint; readonly document: IndexableVersion }>()

  async write(tenant: Tenant, versions: readonly IndexableVersion[]) {
    for (const document of versions) {
      const key = `${tenant}/${document.type}/${document.id}`
      const revision = 'revision' in document ? (document.revision ?? 0) : 0
      const number = engineVersion(document.versionId, revision, 1)
      if (number > (this.#documents.get(key)?.number ?? 0n)) this.#documents.set(key, { number, document })
    }
    return []
  }

  async refresh(): Promise<void> {}

  async search(tenant: Tenant, { query, count, total }: Parameters<SearchIndex['search']>[1]) {
    const hits = this.#found(tenant, [query])
    return { hits: hits.slice(0, count), next: undefined, total: total === 'none' ? undefined : hits.length }
  }

  async findSome(tenant: Tenant, { queries, count }: SomeRequest) {
    return this.#found(tenant, queries).slice(0, count)
  }

  #found(tenant: Tenant, queries: readonly SearchQuery[]) {
    return [...this.#documents]
      .filter(([key]) => key.startsWith(`${tenant}/`))
      .flatMap(([, { document }]) => ('deleted' in document ? [] : [document, ...(document.contained ?? [])]))
      .filter(document => queries.some(query => evaluateQuery(query, document, NO_LOOKUP)))
      .map(({ type, id, versionId }) => ({ type, id, versionId }))
  }
}
