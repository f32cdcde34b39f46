/**
 * What the threads say to each other. A commit travels as one flat array of strings and numbers: cloning it costs a
 * fraction of what nested objects cost, and the writer walks it once.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Tenant } from '#service/call.ts'
import type { Change, Claim, CommitRequest, CommitResult } from '#service/ports/resource-store.ts'
import type { WriteMethod } from '#service/ports/stored-version.ts'
import type { IndexDocument, IndexValue } from '#service/search/document.ts'
import type { Epoch } from './epoch.ts'
import { isColumn } from './parameters.ts'
import { RecentMap } from './search/recent-map.ts'

export type Cell = string | number | null

export type ToWriter =
  /** Requests in the order they came: the number to answer with, and the cells of `encodeCommit`. */
  | { readonly kind: 'commit'; readonly numbers: readonly number[]; readonly requests: readonly (readonly Cell[])[] }
  | { readonly kind: 'acknowledge'; readonly number: number; readonly consumer: string; readonly position: number }
  | { readonly kind: 'purge'; readonly number: number; readonly target: PurgeTarget }
  | { readonly kind: 'job'; readonly number: number; readonly write: JobWrite }
  | { readonly kind: 'reindex'; readonly number: number; readonly request: ReindexRequest }
  /** Answered with `committed` at once, and after each transaction that wrote versions, whoever asked for them. */
  | { readonly kind: 'subscribe' }
  | { readonly kind: 'connect'; readonly port: MessagePort }
  | { readonly kind: 'close' }

/** What WriterHost says to a line: which thread is to be written to, or that there will be none any more. */
export type ToLine =
  | { readonly kind: 'writer'; readonly port: MessagePort; readonly epoch: Epoch }
  | { readonly kind: 'gone' }

export interface WriterThreadData {
  readonly folder: string
  readonly epoch: Epoch
}

/** A tombstone; what is below it goes. */
export interface PurgeTarget {
  readonly tenant: Tenant
  readonly type: string
  readonly id: string
  readonly versionId: number
}

export type FromWriter =
  | { readonly kind: 'ready' }
  | { readonly kind: 'results'; readonly numbers: readonly number[]; readonly results: readonly WriteOutcome[] }
  | { readonly kind: 'committed' }
  /** To whom `subscribe` was said: there is a new job. */
  | { readonly kind: 'submitted' }
  | { readonly kind: 'closed' }

/** Of each resource its type, id, version and document, as cells. */
export interface ReindexRequest {
  readonly tenant: Tenant
  readonly revision: number
  readonly resources: readonly (readonly Cell[])[]
}

/** A job as its row has it. */
export interface JobWrite {
  readonly tenant: string
  readonly id: string
  readonly state: string
  /** When a worker may take it: the lease of one that runs; null where there is nothing to do. */
  readonly due: number | null
  readonly expires: number
  /** The job as JSON. */
  readonly text: string
  readonly revision: number
  /** The revision that it replaces; undefined: a new job. */
  readonly replaces: number | undefined
  /** Expired jobs of before this time are taken away. */
  readonly now: number
}

/** The text is for the log. */
export type WriteOutcome = CommitResult | { readonly failure: WriteFailure; readonly message: string }

/**
 * stale: see CommitRequest.parameters. expired: its deadline had passed. full: there is no room on the disk. failed:
 * the engine refused. bug: the rest.
 */
export type WriteFailure = 'stale' | 'expired' | 'full' | 'failed' | 'bug'

export const METHODS: readonly WriteMethod[] = ['POST', 'PUT', 'PATCH', 'DELETE']

/** Value kinds as they are on the wire. start: a string that is asked for by its start alone. */
export const VALUE_TAG = {
  token: 0,
  string: 1,
  reference: 2,
  uri: 3,
  date: 4,
  number: 5,
  quantity: 6,
  start: 7,
  composite: 8,
  position: 9,
} as const

/**
 * What has to be checked comes first, so that a conflict is found before anything is written.
 * @param expires milliseconds since the epoch by this machine's clock.
 * @param confirmedAt behind which place in commit order nothing may refer to what is deleted; null: whatever may.
 */
export function encodeCommit(
  tenant: Tenant,
  request: CommitRequest,
  expires: number,
  confirmedAt: number | null = null,
): Cell[] {
  const claims = request.claims ?? []
  const refersTo = request.refersTo ?? []
  const { parameters } = request
  const cells: Cell[] = [tenant, expires, parameters?.revision ?? null, parameters?.changed ? 1 : 0]
  cells.push(request.changes.length, claims.length, refersTo.length, confirmedAt)
  for (const change of request.changes) cells.push(change.type, change.id, change.versionId)
  const ahead = expires - request.deadline
  for (const claim of claims) encodeClaim(cells, claim, ahead)
  for (const { type, id } of refersTo) cells.push(type, id)
  if (confirmedAt !== null) encodeDeleted(cells, request.changes)
  for (const change of request.changes) encodeChange(cells, change)
  return cells
}

function encodeDeleted(cells: Cell[], changes: readonly Change[]): void {
  const deleted = changes.filter(({ body }) => body === undefined)
  cells.push(deleted.length)
  for (const { type, id } of deleted) cells.push(type, id)
}

/** @param ahead of the clock that times of requests are in, this machine's clock is. */
function encodeClaim(cells: Cell[], { claim, resource, replaces, expiresAt }: Claim, ahead: number): void {
  cells.push(
    claim,
    resource.type,
    resource.id,
    replaces?.type ?? null,
    replaces?.id ?? null,
    expiresAt === undefined ? null : expiresAt + ahead,
  )
}

function encodeChange(cells: Cell[], change: Change): void {
  const { provenance, document } = change
  cells.push(
    change.lastUpdated,
    METHODS.indexOf(change.method),
    change.body ?? null,
    encodeList(change.compartments),
    encodeList(change.securityLabels),
    provenance.author,
    provenance.client ?? null,
    provenance.door,
    provenance.requestId,
  )
  if (document) encodeDocument(cells, document)
  else cells.push(0, 0, '', '', 0)
}

/** Without its words, which no search parameter changes. */
export function encodeReindexed(document: IndexDocument): Cell[] {
  const cells: Cell[] = [document.type, document.id, document.versionId]
  encodeValues(cells, document)
  cells.push(document.contained?.length ?? 0)
  for (const inside of document.contained ?? NONE_CONTAINED) {
    cells.push(inside.type, inside.id)
    encodeValues(cells, inside)
  }
  return cells
}

function encodeDocument(cells: Cell[], document: IndexDocument): void {
  encodeTexts(cells, document)
  cells.push(document.contained?.length ?? 0)
  for (const inside of document.contained ?? NONE_CONTAINED) {
    cells.push(inside.type, inside.id)
    encodeTexts(cells, inside)
  }
}

const NONE_CONTAINED: readonly IndexDocument[] = []

function encodeTexts(cells: Cell[], document: IndexDocument): void {
  encodeValues(cells, document)
  cells.push(document.words?.narrative ?? '', document.words?.content ?? '')
}

function encodeValues(cells: Cell[], document: IndexDocument): void {
  cells.push(document.compartments.length)
  for (const compartment of document.compartments) cells.push(compartment)
  let entries = 0
  for (const { parameter } of document.entries) if (!isColumn(parameter.url)) entries++
  cells.push(entries)
  for (const { parameter, values } of document.entries) {
    if (isColumn(parameter.url)) continue
    cells.push(parameter.url, values.length)
    for (const value of values) {
      if (parameter.derived && value.kind === 'string') cells.push(VALUE_TAG.start, value.normalized)
      else encodeValue(cells, value)
    }
  }
}

function encodeValue(cells: Cell[], value: IndexValue): void {
  switch (value.kind) {
    case 'token':
      cells.push(VALUE_TAG.token, value.code, value.system)
      return
    case 'string':
      cells.push(VALUE_TAG.string, value.normalized, value.value)
      return
    case 'reference':
      cells.push(VALUE_TAG.reference, value.url ?? value.id ?? '', value.url === undefined ? (value.type ?? '') : '')
      cells.push(value.version ?? '')
      return
    case 'uri':
      cells.push(VALUE_TAG.uri, value.value)
      return
    case 'date':
      cells.push(VALUE_TAG.date, value.low, value.high)
      return
    case 'number':
      cells.push(VALUE_TAG.number, value.low, value.high)
      return
    case 'quantity':
      cells.push(VALUE_TAG.quantity, value.low, value.high, value.system, value.code, value.unit)
      return
    case 'position':
      cells.push(VALUE_TAG.position, value.latitude, value.longitude)
      return
    case 'composite':
      cells.push(VALUE_TAG.composite, value.components.length)
      for (const values of value.components) {
        cells.push(values.length)
        for (const each of values) encodeValue(cells, each)
      }
  }
}

/** Lists are short, mostly empty, and read with every version: '' costs no parsing. */
const encodeList = (list: readonly string[]): string => (list.length === 0 ? '' : JSON.stringify(list))

const NONE: readonly string[] = []

/** Lists that were read last: what is found by one search is mostly in the compartments of one patient. */
const RECENT_LISTS = 1_000
const RECENT_LIST_LENGTH_MAX = 500
const recentLists = new RecentMap<readonly string[]>(RECENT_LISTS)

export function decodeList(text: string): readonly string[] {
  if (text === '') return NONE
  const known = recentLists.get(text)
  if (known) return known
  const list: readonly string[] = Object.freeze(JSON.parse(text) as string[])
  if (text.length <= RECENT_LIST_LENGTH_MAX) recentLists.set(text, list)
  return list
}

/** Takes cells one by one, in the order they were pushed. */
export class CellReader {
  #cells: readonly Cell[]
  #next = 0

  constructor(cells: readonly Cell[]) {
    this.#cells = cells
  }

  text(): string {
    return this.#cells[this.#next++] as string
  }

  optionalText(): string | null {
    return this.#cells[this.#next++] as string | null
  }

  number(): number {
    return this.#cells[this.#next++] as number
  }

  optionalNumber(): number | null {
    return this.#cells[this.#next++] as number | null
  }
}
