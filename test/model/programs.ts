/** What the actors do: the store's own code over the table that they are given. */
import { DynamoResourceStore, type StoreSettings } from '#adapters/dynamodb/index.ts'
import { tenantOf } from '#service/call.ts'
import { Fault, fault } from '#service/fault.ts'
import type { Change } from '#service/ports/resource-store.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { MemoryOverflow } from '#test/support/memory-table.ts'
import type { ActorView, Program } from './actor.ts'

export const TENANT = tenantOf('t')

/** The two resources: their ids, of type Patient. */
export type ResourceName = 'A' | 'B'

/** The lastUpdated of all versions. Times of the world are around 0 to 100,000. */
export const STAMP = 1000
/** When writes begin. */
export const START = 1000
/** When others may abort T1. */
export const EXPIRY = 22_000
/** In scenarios with a lister, how long after its stamp a write may come. */
export const WRITE_MS_MAX = 10_000
/** Nobody runs out of time, and a transaction with this one expires when everything else is over. */
export const NO_DEADLINE = 1e12
/** Of reads, in every scenario. */
const FOR_EVER = Number.MAX_SAFE_INTEGER

const MODEL_SETTINGS: Partial<StoreSettings> = {
  transactActionsMax: 1,
  concurrencyMax: 1,
  writeMsMax: Number.MAX_SAFE_INTEGER,
  clockSkewMs: 0,
  indexLagMs: 0,
  shardsOf: () => 1,
}

export interface ProgramOptions {
  /** Of requests, and of the transaction's record. */
  readonly deadline?: number
  readonly settings?: Partial<StoreSettings>
}

function storeOf(view: ActorView, name: string, settings: Partial<StoreSettings> = {}): DynamoResourceStore {
  return new DynamoResourceStore({
    table: view.table,
    overflow: new MemoryOverflow(),
    clock: view.clock,
    ids: { resourceId: () => name, nonce: () => name },
    pace: { wait: async () => undefined, random: () => 0 },
    logger: recordingLogger().logger,
    settings: { ...MODEL_SETTINGS, ...settings },
  })
}

/** Reads the newest versions and writes the next ones in one commit. Each names the version it was built on. */
export const writer =
  (
    name: string,
    resources: readonly ResourceName[],
    { deadline = NO_DEADLINE, settings = {} }: ProgramOptions = {},
  ): Program =>
  async view => {
    const store = storeOf(view, name, settings)
    const changes: Change[] = []
    for (const id of resources) {
      const [newest] = await store.readNewest(TENANT, [{ type: 'Patient', id }], FOR_EVER)
      changes.push(changeOf(name, id, newest ? newest.versionId : 0, newest?.compartments[0] ?? ''))
    }
    return answerOf(() => store.commit(TENANT, { changes, deadline }))
  }

/** Writes B, and in it a reference to A, if A is there. */
export const referrer =
  (name: string, { deadline = NO_DEADLINE, settings = {} }: ProgramOptions = {}): Program =>
  async view => {
    const store = storeOf(view, name, settings)
    const [target, newest] = await store.readNewest(TENANT, [key('A'), key('B')], FOR_EVER)
    if (!target || target.deleted) return 'conflict'
    const change = changeOf(name, 'B', newest?.versionId ?? 0, newest?.compartments[0] ?? '')
    const refersTo = [{ ...key('A'), versionId: target.versionId }]
    return answerOf(() => store.commit(TENANT, { changes: [change], refersTo, deadline }))
  }

/** Whether a version of B was written by one that refers to A. */
export const isReferrer = (name: string | undefined): boolean => name === 'V' || name === 'S'

export interface DeleterOptions extends ProgramOptions {
  /** Instead of by the version of B, whenever it is asked. before: the first time alone; by marks: then not. */
  readonly finds?: 'by marks' | 'before'
}

/** Deletes A unless B refers to it. */
export const deleter =
  (name: string, { deadline = NO_DEADLINE, settings = {}, finds }: DeleterOptions = {}): Program =>
  async view => {
    const store = storeOf(view, name, settings)
    const [newest] = await store.readNewest(TENANT, [key('A')], FOR_EVER)
    if (!newest || newest.deleted) return 'conflict'
    const built = changeOf(name, 'A', newest.versionId, newest.compartments[0] ?? '')
    const tombstone: Change = { ...built, method: 'DELETE', body: undefined }
    const look = async (): Promise<Fault | undefined> => {
      const [version] = await store.readNewest(TENANT, [key('B')], FOR_EVER)
      return isReferrer(version?.compartments[0]) ? fault('conflict', 'B refers to it') : undefined
    }
    let looks = 0
    /** As a consistent search does: of an index that never has anything, only what is marked is found. */
    const lookByMarks = async () => {
      if (++looks === 1) return undefined
      const { writes } = await store.marks.unindexed(TENANT, 9, FOR_EVER)
      return writes.length > 0 ? look() : undefined
    }
    const lookOnce = async () => (++looks === 1 ? look() : undefined)
    const confirm = finds === 'by marks' ? lookByMarks : finds === 'before' ? lookOnce : look
    return answerOf(() => store.commit(TENANT, { changes: [tombstone], confirm, deadline }))
  }

const key = (id: ResourceName) => ({ type: 'Patient', id })

/** compartments: who wrote it, which comes back with a read; author: who wrote it, and what it is built on. */
export const changeOf = (name: string, id: string, below: number, builtOn: string): Change => ({
  type: 'Patient',
  id,
  versionId: below + 1,
  lastUpdated: STAMP,
  method: 'PUT',
  body: name,
  compartments: [name],
  securityLabels: [],
  provenance: { author: `${name}<${builtOn}`, door: 'rest', requestId: name },
  document: undefined,
})

/** The same twice: a client that tries a refused transaction again, and a server that takes its old id for it. */
export const stubbornWriter =
  (name: string, resources: readonly ResourceName[], options: ProgramOptions): Program =>
  async view => {
    const answer = await writer(name, resources, options)(view)
    return answer === 'conflict' ? writer(name, resources, options)(view) : answer
  }

/** Creates a resource of its own if nobody has the claim. */
export const claimant =
  (name: string, options: ProgramOptions = {}): Program =>
  view => {
    const store = storeOf(view, name, options.settings)
    const change = changeOf(name, name, 0, '')
    const claim = { claim: CLAIM, resource: { type: 'Patient', id: name } }
    const { deadline = NO_DEADLINE } = options
    return answerOf(() => store.commit(TENANT, { changes: [change], claims: [claim], deadline }))
  }

const CLAIM = 'c'

export interface ClaimReading {
  /** Who holds it: the id of a resource, which is the name of its writer. */
  readonly holder: string | undefined
  /** Who held it when the read began. */
  readonly from: string | undefined
}

export const claimReader: Program = async view => {
  const from = await view.creator()
  const holder = await storeOf(view, 'R').readClaim(TENANT, CLAIM, FOR_EVER)
  return { holder: holder?.id, from } satisfies ClaimReading
}

async function answerOf(task: () => Promise<{ readonly committed: boolean }>): Promise<string> {
  try {
    return (await task()).committed ? 'ok' : 'conflict'
  } catch (error) {
    if (Fault.is(error)) return `fault ${error.category}`
    throw error
  }
}

export interface Reading {
  readonly resource: string
  readonly versionId: number
  /** Who wrote it. */
  readonly by: string
  /** The newest committed version when the read began. */
  readonly from: number
}

/** Reads both resources, one after the other, in either order. */
export const reader: Program = async view => {
  const store = storeOf(view, 'R')
  const order = (await view.choose(2)) === 0 ? ['A', 'B'] : ['B', 'A']
  const readings: Reading[] = []
  for (const id of order) {
    const from = await view.newest(id)
    const [newest] = await store.readNewest(TENANT, [{ type: 'Patient', id }], FOR_EVER)
    readings.push({ resource: id, versionId: newest?.versionId ?? 0, by: newest?.compartments[0] ?? '', from })
  }
  return readings
}

/** The worker that the stream tells of a transaction. */
export const finisher =
  (transaction: 'T1' | 'T2' | 'C1' | 'S' | 'D', event: 'committed' | 'aborted' | 'expired'): Program =>
  async view => {
    await view.until(`${transaction} ${event}`)
    return storeOf(view, 'F').finish(TENANT, transaction, NO_DEADLINE)
  }

export interface Listing {
  readonly watermark: number
  /** `A/1`: resource and version. */
  readonly versions: readonly string[]
}

/** Lists what has changed up to the watermark, when the time of the writes is behind it. */
export const lister: Program = async view => {
  await view.until('late')
  const store = storeOf(view, 'L', { writeMsMax: WRITE_MS_MAX })
  const watermark = await store.watermark(TENANT, NO_DEADLINE)
  const page = await store.history(TENANT, { type: 'Patient', until: watermark, count: 100, deadline: NO_DEADLINE })
  return { watermark, versions: page.versions.map(({ id, versionId }) => `${id}/${versionId}`) }
}
