/** The ports in plain maps: the reference that other adapters are compared with, and the world of unit tests. */
import { createAesSealer } from '#runtime/aes-sealer.ts'
import type { Tenant } from '#service/call.ts'
import { attributesOfChange } from '#service/interactions/prepare.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { Ids } from '#service/ports/ids.ts'
import type { Ports } from '#service/ports/ports.ts'
import type {
  Change,
  Claim,
  CommitRequest,
  CommitResult,
  HistoryPage,
  HistoryRequest,
  ResourceStore,
} from '#service/ports/resource-store.ts'
import type { Sealer } from '#service/ports/sealer.ts'
import type { Position, SearchIndex, SearchPage, SearchRequest } from '#service/ports/search-index.ts'
import { type ResourceKey, type StoredVersion, sealVersion } from '#service/ports/stored-version.ts'
import type { ParameterReference, SortKey } from '#service/search/ast.ts'
import type { IndexDocument } from '#service/search/document.ts'
import { evaluateQuery, type Lookup, valuesOf } from '#service/search/evaluate.ts'
import { compareDocuments, keyValueOf } from '#service/search/sort.ts'
import { memoryJobs } from './memory-jobs.ts'
import { memoryObjects } from './memory-objects.ts'

export interface MemoryPorts extends Ports {
  readonly clock: FixedClock
  /** Everything that was committed, oldest first: what a test compares. */
  readonly changes: readonly Change[]
}

export interface FixedClock extends Clock {
  advance(ms: number): void
}

/** 2024-02-29T12:00:00.000Z, which stands still until a test advances it. */
export const TEST_TIME = Date.UTC(2024, 1, 29, 12)

export function fixedClock(start: number = TEST_TIME): FixedClock {
  let now = start
  return {
    now: () => now,
    advance(ms) {
      now += ms
    },
  }
}

/** `id-1`, `id-2` ... */
export function countingIds(): Ids {
  let ids = 0
  let nonces = 0
  return { resourceId: () => `id-${++ids}`, nonce: () => `nonce-${++nonces}` }
}

export const testSealer: Sealer = createAesSealer(new Uint8Array(32))

export function memoryPorts(): MemoryPorts {
  const world = new Map<Tenant, TenantState>()
  const changes: Change[] = []
  const stateOf = (tenant: Tenant): TenantState => {
    const state = world.get(tenant) ?? emptyState()
    world.set(tenant, state)
    return state
  }
  const clock = fixedClock()
  return {
    store: memoryStore(stateOf, changes),
    index: memoryIndex(stateOf),
    clock,
    ids: countingIds(),
    sealer: testSealer,
    objects: memoryObjects(),
    jobs: memoryJobs(clock),
    changes,
  }
}

interface Indexed {
  readonly document: IndexDocument
  /** The immutable default key: the order in which resources were first created. */
  readonly sequence: number
}

interface TenantState {
  readonly versions: Map<string, StoredVersion[]>
  /** In commit order. */
  readonly log: StoredVersion[]
  readonly claims: Map<string, ResourceKey>
  /** How long the log was when something was last committed that refers to a resource. */
  readonly referred: Map<string, number>
  readonly documents: Map<string, Indexed>
  readonly sequences: Map<string, number>
  /** Where pages ended. */
  readonly positions: Indexed[]
}

const emptyState = (): TenantState => ({
  versions: new Map(),
  log: [],
  claims: new Map(),
  referred: new Map(),
  documents: new Map(),
  sequences: new Map(),
  positions: [],
})

const keyOf = ({ type, id }: ResourceKey): string => `${type}/${id}`

type StateOf = (tenant: Tenant) => TenantState

function memoryStore(stateOf: StateOf, changes: Change[]): ResourceStore {
  return {
    indexing: 'on-commit',
    async readNewest(tenant, references) {
      return references.map(reference => stateOf(tenant).versions.get(keyOf(reference))?.at(-1))
    },
    async readVersion(tenant, key, versionId) {
      return stateOf(tenant)
        .versions.get(keyOf(key))
        ?.find(version => version.versionId === versionId)
    },
    async history(tenant, request) {
      return historyPage(stateOf(tenant).log, request)
    },
    async commit(tenant, request) {
      const state = stateOf(tenant)
      const begun = state.log.length
      const fault = await request.confirm?.()
      if (fault) return { committed: false, conflict: { kind: 'unconfirmed', fault } }
      const conflict = conflictOf(state, request) ?? (request.confirm && referredSince(state, request, begun))
      if (conflict) return { committed: false, conflict }
      for (const change of request.changes) {
        write(state, change)
        changes.push(change)
      }
      for (const target of request.refersTo ?? []) state.referred.set(keyOf(target), state.log.length)
      for (const { claim, resource } of request.claims ?? []) {
        state.claims.set(claim, { type: resource.type, id: resource.id })
      }
      return { committed: true }
    },
    async purge(tenant, key, versionId) {
      const { versions, log } = stateOf(tenant)
      const newest = versions.get(keyOf(key))?.at(-1)
      if (!newest?.deleted || newest.versionId !== versionId) return false
      versions.set(keyOf(key), [newest])
      const isGone = (version: StoredVersion) => keyOf(version) === keyOf(key) && version !== newest
      for (const version of log.filter(isGone)) log.splice(log.indexOf(version), 1)
      return true
    },
    async deletedFrom(tenant, { compartment }) {
      const newest = [...stateOf(tenant).versions.values()].flatMap(versions => versions.at(-1) ?? [])
      const keys = newest.filter(({ deleted, compartments }) => deleted && compartments.includes(compartment))
      return { keys: keys.map(({ type, id }) => ({ type, id })), next: undefined, until: undefined }
    },
    async readClaim(tenant, claim) {
      return stateOf(tenant).claims.get(claim)
    },
  }
}

type Conflict = Extract<CommitResult, { committed: false }>['conflict']

function referredSince(state: TenantState, { changes }: CommitRequest, begun: number): Conflict | undefined {
  const met = changes.find(change => change.body === undefined && (state.referred.get(keyOf(change)) ?? 0) > begun)
  return met && { kind: 'reference', type: met.type, id: met.id }
}

function conflictOf(state: TenantState, { changes, claims = [], refersTo = [] }: CommitRequest): Conflict | undefined {
  for (const change of changes) {
    const newest = state.versions.get(keyOf(change))?.at(-1)?.versionId ?? 0
    if (newest !== change.versionId - 1) return { kind: 'version', type: change.type, id: change.id }
  }
  const gone = refersTo.find(target => state.versions.get(keyOf(target))?.at(-1)?.deleted !== false)
  if (gone) return { kind: 'reference', type: gone.type, id: gone.id }
  const taken = claims.find(claim => !isFree(state, claim))
  return taken && { kind: 'claim', claim: taken.claim, resource: state.claims.get(taken.claim) }
}

function isFree(state: TenantState, { claim, replaces }: Claim): boolean {
  const holder = state.claims.get(claim)
  return holder === undefined || (replaces !== undefined && keyOf(holder) === keyOf(replaces))
}

function write(state: TenantState, change: Change): void {
  const key = keyOf(change)
  const { body, document } = change
  const attributes = attributesOfChange(change)
  const version = sealVersion(attributes, body === undefined ? undefined : new TextEncoder().encode(body))
  state.versions.set(key, [...(state.versions.get(key) ?? []), version])
  state.log.push(version)
  for (const inside of state.documents.get(key)?.document.contained ?? []) state.documents.delete(keyOf(inside))
  state.documents.delete(key)
  if (document) for (const one of [document, ...(document.contained ?? [])]) index(state, one)
}

function index(state: TenantState, document: IndexDocument): void {
  const key = keyOf(document)
  const sequence = state.sequences.get(key) ?? state.sequences.size
  state.sequences.set(key, sequence)
  state.documents.set(key, { document, sequence })
}

function historyPage(log: readonly StoredVersion[], request: HistoryRequest): HistoryPage {
  const { type, id, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, after, count } = request
  const found = log
    .map((version, position) => ({ version, position }))
    .filter(
      ({ version }) =>
        (type === undefined || version.type === type) &&
        (id === undefined || version.id === id) &&
        version.lastUpdated >= since &&
        version.lastUpdated <= until,
    )
    .sort((a, b) => b.version.lastUpdated - a.version.lastUpdated || b.position - a.position)
  const start = after === undefined ? 0 : found.findIndex(({ position }) => position === Number(after)) + 1
  const page = found.slice(start, start + count)
  const last = page.at(-1)
  return {
    versions: page.map(({ version }) => version),
    next: last && start + count < found.length ? String(last.position) : undefined,
    total: found.length,
  }
}

/** Sees nothing yet, and never will. */
export const blindIndex: SearchIndex = {
  search: async () => ({ hits: [], next: undefined, total: undefined }),
  findSome: async () => [],
}

function memoryIndex(stateOf: StateOf): SearchIndex {
  return {
    async search(tenant, request) {
      return searchPage(stateOf(tenant), request)
    },
    async findSome(tenant, { queries, count }) {
      const state = stateOf(tenant)
      const lookup = lookupOf(state)
      const found = [...state.documents.values()].filter(({ document }) =>
        queries.some(query => evaluateQuery(query, document, lookup)),
      )
      return found.slice(0, count).map(({ document: { type, id, versionId } }) => ({ type, id, versionId }))
    },
  }
}

function searchPage(state: TenantState, request: SearchRequest): SearchPage {
  const { query, sort, count, after, total, positions, backwards } = request
  const forwards = (a: Indexed, b: Indexed) => byKeys(a.document, b.document) || a.sequence - b.sequence
  const compare = backwards ? (a: Indexed, b: Indexed) => forwards(b, a) : forwards
  const lookup = lookupOf(state)
  const byKeys = compareDocuments(sort, lookup)
  const found = [...state.documents.values()]
    .filter(({ document }) => evaluateQuery(query, document, lookup))
    .sort(compare)
  const start = after && state.positions[Number(after.at(-1))]
  const rest = start ? found.filter(indexed => compare(indexed, start) > 0) : found
  const page = rest.slice(0, count)
  const last = page.at(-1)
  const next = last && rest.length > count ? positionOf(state, last, sort) : undefined
  return {
    hits: page.map(({ document: { type, id, versionId } }) => ({ type, id, versionId })),
    next,
    total: total === 'none' ? undefined : found.length,
    ...(positions && { positions: page.map(one => positionOf(state, one, sort)) }),
  }
}

const positionOf = (state: TenantState, indexed: Indexed, sort: readonly SortKey[]): Position => [
  ...sort.map(key => keyValueOf(key, indexed.document, lookupOf(state)) ?? null),
  state.positions.push(indexed) - 1,
]

function lookupOf(state: TenantState): Lookup {
  return {
    find: (type, id) => state.documents.get(`${type}/${id}`)?.document,
    *referring(parameter, target) {
      for (const { document } of state.documents.values()) {
        if (document.type === parameter.resourceType && pointsAt(document, parameter, target)) yield document
      }
    },
  }
}

const pointsAt = (document: IndexDocument, parameter: ParameterReference, target: ResourceKey): boolean =>
  valuesOf(document, parameter).some(
    value => value.kind === 'reference' && value.type === target.type && value.id === target.id,
  )
