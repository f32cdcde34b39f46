/**
 * The service over a DynamoDB table, objects and an index in memory, in processes that stop for good after any number
 * of changes to them: what the next one asks for is never done and never answered.
 */
import { BodyLoader, DynamoChangeImages, DynamoJobStore, DynamoResourceStore } from '#adapters/dynamodb/index.ts'
import type { Table } from '#adapters/dynamodb/table.ts'
import {
  type Call,
  ConsistentIndex,
  createFhirService,
  createOwnDefinitions,
  type FhirService,
  type SearchWriter,
  sweepUnnamedObjects,
  UPLOAD,
} from '#service/index.ts'
import type { ObjectStore } from '#service/ports/object-store.ts'
import { createIndexStream } from '#workers/index-stream.ts'
import { LaterIndex, StreamedTable } from './later-world.ts'
import { recordingLogger } from './logger.ts'
import { type MemoryObjects, memoryObjects } from './memory-objects.ts'
import { countingIds, type FixedClock, fixedClock, testSealer } from './memory-ports.ts'
import { MemoryOverflow, MemoryTable } from './memory-table.ts'
import { streamEvent } from './stream-events.ts'
import { silentLogger, TEST_TENANT, testCall } from './test-call.ts'
import { testDefinitions } from './test-world.ts'

export interface CrashProcess {
  readonly service: FhirService
  /** With some seconds. */
  call(): Call
  /** Does what workers were told of jobs so far. */
  runJobs(): Promise<void>
  /** As a client does that was given a URL for it. */
  upload(url: string, content: Uint8Array): Promise<void>
  /** When it asks for a change too many; never where it has no limit. */
  readonly stopped: Promise<'stopped'>
  /** Made so far. */
  readonly changes: () => number
}

export interface CrashWorld {
  /** Default: any number. */
  process(changesMax?: number): CrashProcess
  /** Time passes, in which everything expires that others wait for, and workers do what there is to do. */
  later(): Promise<void>
  /** What is there and of no use to anybody, as words; after the night's sweep. */
  leftovers(): Promise<readonly string[]>
  /** Keys of objects for good. */
  objects(): readonly string[]
}

const CALL_MS = 20_000
const LATER_MS = 120_000
const NIGHT_MS = 25 * 60 * 60 * 1000

/** Actions in one request of the table, so that a small Bundle is a staged commit. */
const ACTIONS_MAX = 4

export function openCrashWorld(): CrashWorld {
  const shared = new Shared()
  const work = async (): Promise<void> => {
    const { store, index, own, run } = processOver(shared, new Life())
    const handle = createIndexStream({
      images: new DynamoChangeImages(new BodyLoader(shared.overflow)),
      refused: { report: async () => undefined },
      metrics: { record: () => undefined },
      definitions: { current: own.current },
      marks: store.marks,
      ...{ writer: index, clock: shared.clock, logger: shared.logger },
    })
    const deadline = () => shared.clock.now() + CALL_MS
    await store.overdue.sweep(100, deadline())
    await handle(streamEvent(...shared.table.taken()), deadline())
    await run.runJobs()
    await handle(streamEvent(...shared.table.taken()), deadline())
  }
  return {
    process: changesMax => processOver(shared, new Life(changesMax)).run,
    async later() {
      // Twice: the first brings to the stream and to the index of changes what the second finds there.
      for (const _ of [1, 2]) {
        shared.clock.advance(LATER_MS)
        await work()
      }
    },
    async leftovers() {
      shared.clock.advance(NIGHT_MS)
      const { store } = processOver(shared, new Life())
      const { objects, clock } = shared
      const deadline = clock.now() + CALL_MS
      await sweepUnnamedObjects(
        { store, objects, definitions: testDefinitions, clock, logger: silentLogger },
        { deadline },
      )
      return shared.leftovers()
    },
    objects: () => shared.memory.keys().filter(key => !key.includes(' passing/')),
  }
}

/** What survives every process. */
class Shared {
  readonly clock: FixedClock = fixedClock()
  readonly items = new MemoryTable()
  readonly table = new StreamedTable(this.items, this.clock)
  readonly overflow = new MemoryOverflow()
  readonly memory: MemoryObjects = memoryObjects()
  /** As of the world's clock. */
  readonly objects: ObjectStore = keptBy(this.memory, this.clock)
  readonly index = new LaterIndex()
  readonly ids = countingIds()
  readonly told: string[] = []
  readonly logger = recordingLogger().logger

  leftovers(): readonly string[] {
    const named = new Set<unknown>()
    const found: string[] = []
    for (const item of this.items.items.all()) {
      const [, kind = ''] = item.partition.split('#')
      named.add(item.overflow)
      // Time to live has taken it.
      if (Number(item.expires) * 1000 <= this.clock.now()) continue
      if (kind === 'holds' || kind === 'open' || kind === 'marks') found.push(`${kind} ${item.sort}`)
      if (/^[A-Z]/.test(kind) && item.tx !== undefined && item.stripped !== true) found.push(`undecided ${kind}`)
    }
    for (const key of this.overflow.objects.keys()) if (!named.has(key)) found.push(`body ${key}`)
    return found
  }
}

function keptBy(objects: MemoryObjects, clock: FixedClock): ObjectStore {
  const keptAt = new Map<string, number>()
  return {
    ...objects,
    put(tenant, key, ...rest) {
      keptAt.set(key, clock.now())
      return objects.put(tenant, key, ...rest)
    },
    presign: async (_tenant, key) => `memory:${key}`,
    async list(...request) {
      const page = await objects.list(...request)
      return { ...page, objects: page.objects.map(one => ({ ...one, keptAt: keptAt.get(one.key) ?? 0 })) }
    },
  }
}

function processOver(shared: Shared, life: Life) {
  const { clock, ids, logger } = shared
  const changing = <T extends object>(target: T, ...methods: readonly (keyof T)[]): T => life.over(target, methods)
  const table: Table = changing<Table>(shared.table, 'write', 'transact')
  const overflow = changing(shared.overflow, 'put', 'delete')
  const objects = changing(shared.objects, 'put', 'delete')
  const index: SearchWriter & LaterIndex = changing(shared.index, 'write')
  const pace = { wait: async (ms: number) => clock.advance(ms), random: () => 0.5 }
  const tell = async ({ id }: { readonly id: string }) => life.change(async () => void shared.told.push(id))
  const jobs = new DynamoJobStore({ table, clock, ids, pace, tell })
  const settings = { marksWrites: true, transactActionsMax: ACTIONS_MAX, overflowBytesMin: 2000, concurrencyMax: 2 }
  const store = new DynamoResourceStore({ table, overflow, clock, ids, pace, logger, settings, writer: index })
  const own = createOwnDefinitions(testDefinitions, { parameters: store.ownParameters, clock })
  const consistent = new ConsistentIndex({ index, writer: index, store, markers: store.marks, definitions: own })
  const service = createFhirService({
    definitions: testDefinitions,
    ports: { store, index: consistent, objects, jobs, clock, ids, sealer: testSealer },
    rules: { referenceIntegrity: 'enforced' },
    hardDelete: 'offered',
    operations: [UPLOAD],
  })
  const run: CrashProcess = {
    service,
    call: () => testCall({ deadline: clock.now() + CALL_MS }),
    async runJobs() {
      const deadline = clock.now() + CALL_MS
      for (const id of [...shared.told]) {
        await service.runJob({ tenant: TEST_TENANT, id, deadline, logger: silentLogger })
      }
    },
    async upload(url, content) {
      const options = { contentType: 'application/fhir+json', deadline: clock.now() + CALL_MS }
      await shared.objects.put(TEST_TENANT, url.slice('memory:'.length), content, options)
    },
    stopped: life.stopped,
    changes: () => life.changes,
  }
  return { store, index, own, run }
}

/** Of a process: so many changes, and not one more. */
class Life {
  changes = 0
  readonly stopped: Promise<'stopped'>
  readonly #changesMax: number
  #stop: (() => void) | undefined

  constructor(changesMax = Number.POSITIVE_INFINITY) {
    this.#changesMax = changesMax
    this.stopped = new Promise(resolve => {
      this.#stop = () => resolve('stopped')
    })
  }

  change<T>(request: () => Promise<T>): Promise<T> {
    if (this.changes < this.#changesMax) {
      this.changes++
      return request()
    }
    this.#stop?.()
    return new Promise(() => undefined)
  }

  /** The same, but that some of its methods are changes. */
  over<T extends object>(target: T, methods: readonly (keyof T)[]): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const value = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        const bound = value.bind(target)
        if (!methods.includes(name as keyof T)) return bound
        return (...values: readonly unknown[]) => this.change(() => bound(...values))
      },
    })
  }
}
