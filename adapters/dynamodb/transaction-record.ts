/** The decision record of a staged transaction, and what is listed beside it. */
import type { Tenant } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { chunkKey, openKey, overdueAttributes, recordKey } from './keys.ts'
import type { Item, Put, Update } from './table.ts'

export type TransactionState = 'pending' | 'committed' | 'aborted'

/** Times in milliseconds since the epoch. */
export interface TransactionRecord {
  readonly transaction: string
  readonly state: TransactionState
  readonly openedAt: number
  /** From then on anybody may abort it, as long as it is pending. */
  readonly expiresAt: number
  /** Of the versions in it, the earliest lastUpdated. */
  readonly oldest: number
  /** In how many chunks its versions and claims are listed. */
  readonly chunks: number
  /** When its last version was final; undefined before. */
  readonly finalizedAt: number | undefined
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Chunks are of use until everything is finalized, which a stopped worker may delay by days. */
const CHUNK_DAYS = 30

/** Nobody reads a record a day after its end: requests, retries and late copies last for minutes. */
export const expiryAfter = (ms: number): number => Math.ceil((ms + DAY_MS) / 1000)

/** Of two transactions that want the same, the one that was opened first may go on. */
export interface Seniority {
  readonly transaction: string
  readonly openedAt: number
}

export const isSenior = (one: Seniority, other: Seniority): boolean =>
  one.openedAt === other.openedAt ? one.transaction < other.transaction : one.openedAt < other.openedAt

export interface Opening extends Seniority {
  readonly expiresAt: number
  readonly oldest: number
  readonly chunks: number
}

/** Its ids are never used twice: a record that is there already is our own, put by an attempt whose answer was lost. */
export function opening(
  tenant: Tenant,
  { transaction, openedAt, expiresAt, oldest, chunks }: Opening,
): readonly [Put, Put] {
  const record: Item = {
    ...recordKey(tenant, transaction),
    state: 'pending',
    openedAt,
    expiresAt,
    oldest,
    chunks,
    expires: expiryAfter(expiresAt),
  }
  const entry: Item = { ...openKey(tenant, transaction), oldest, ...overdueAttributes(transaction, expiresAt) }
  return [
    { kind: 'put', item: record, condition: ['absent'] },
    { kind: 'put', item: entry },
  ]
}

/** The one atomic step: after it all versions count. The record now stays until they are final. */
export const committing = (tenant: Tenant, transaction: string): Update => ({
  kind: 'update',
  key: recordKey(tenant, transaction),
  set: { state: 'committed' },
  remove: ['expires'],
  condition: [{ state: 'pending' }],
})

export const aborting = (tenant: Tenant, transaction: string, now: number): Update => ({
  kind: 'update',
  key: recordKey(tenant, transaction),
  set: { state: 'aborted', expires: expiryAfter(now) },
  remove: [],
  condition: [{ state: 'pending' }],
})

/** After the last of its versions is final. */
export const closing = (tenant: Tenant, transaction: string, now: number): Update => ({
  kind: 'update',
  key: recordKey(tenant, transaction),
  set: { finalizedAt: now, expires: expiryAfter(now) },
  remove: [],
  condition: [{ state: 'committed', finalizedAt: undefined }],
})

export function recordOf(item: Item): TransactionRecord {
  const { state, openedAt, expiresAt, oldest, chunks, finalizedAt } = item
  invariant(state === 'pending' || state === 'committed' || state === 'aborted', 'a transaction has another state')
  return {
    transaction: item.partition.slice(item.partition.lastIndexOf('#') + 1),
    state,
    openedAt: Number(openedAt),
    expiresAt: Number(expiresAt),
    oldest: Number(oldest),
    chunks: Number(chunks),
    finalizedAt: typeof finalizedAt === 'number' ? finalizedAt : undefined,
  }
}

/** One version of a transaction, as its chunks list it. */
export interface ListedVersion extends ResourceKey {
  readonly versionId: number
  readonly lastUpdated: number
}

export interface TransactionContent {
  readonly versions: readonly ListedVersion[]
  readonly claims: readonly string[]
  /** What it has put holds on. */
  readonly holds: readonly ResourceKey[]
}

/** No type begins like these. */
const CLAIM_MARK = '#'
const HOLD_MARK = '@'

/** 3,000 versions are some 200 KB. */
const LISTED_IN_CHUNK_MAX = 3000

const chunkCount = ({ versions, claims, holds }: TransactionContent): number =>
  Math.max(1, Math.ceil((versions.length + claims.length + holds.length) / LISTED_IN_CHUNK_MAX))

export function chunkPuts(
  tenant: Tenant,
  transaction: string,
  content: TransactionContent,
  now: number,
): readonly Put[] {
  const listed = [
    ...content.versions.map(
      ({ type, id, versionId, lastUpdated }) => `${type}/${id}/${versionId.toString(36)}/${lastUpdated.toString(36)}`,
    ),
    ...content.claims.map(claim => `${CLAIM_MARK}${claim}`),
    ...content.holds.map(({ type, id }) => `${HOLD_MARK}${type}/${id}`),
  ]
  return Array.from({ length: chunkCount(content) }, (_, number) => ({
    kind: 'put',
    item: {
      ...chunkKey(tenant, transaction, number),
      listed: listed.slice(number * LISTED_IN_CHUNK_MAX, (number + 1) * LISTED_IN_CHUNK_MAX),
      expires: expiryAfter(now + CHUNK_DAYS * DAY_MS),
    },
  }))
}

/** What the chunks list, in the order in which it was listed. */
export function contentOf(chunks: readonly Item[]): TransactionContent {
  const versions: ListedVersion[] = []
  const claims: string[] = []
  const holds: ResourceKey[] = []
  for (const { listed } of chunks) {
    invariant(Array.isArray(listed), 'a chunk lists nothing')
    for (const text of listed as readonly string[]) {
      if (text.startsWith(CLAIM_MARK)) {
        claims.push(text.slice(CLAIM_MARK.length))
        continue
      }
      if (text.startsWith(HOLD_MARK)) {
        const [type = '', id = ''] = text.slice(HOLD_MARK.length).split('/')
        holds.push({ type, id })
        continue
      }
      const [type = '', id = '', versionId = '', lastUpdated = ''] = text.split('/')
      versions.push({
        type,
        id,
        versionId: Number.parseInt(versionId, 36),
        lastUpdated: Number.parseInt(lastUpdated, 36),
      })
    }
  }
  return { versions, claims, holds }
}
