/** Where items are in the table. docs/implementation/storage-dynamodb.md shows an example of each. */
import { type Tenant, tenantOf } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import type { Key } from './table.ts'

/** Neither tenants nor types nor ids have one in them. */
const SEPARATOR = '#'

const VERSION_DIGITS = 10
/** As many as the last millisecond of ECMAScript time has. */
const TIME_DIGITS = 16
const CHUNK_DIGITS = 5

const VERSION_MAX = 10 ** VERSION_DIGITS - 1
const TIME_MAX = 8.64e15

const join = (...parts: readonly string[]): string => parts.join(SEPARATOR)

/** Of an item, for requests that take no more of it. */
export const keyOf = ({ partition, sort }: Key): Key => ({ partition, sort })

export const versionPartition = (tenant: Tenant, { type, id }: ResourceKey): string => join(tenant, type, id)

/** Digits to a fixed length, so that text order is number order. */
export const versionSort = (versionId: number): string => String(versionId).padStart(VERSION_DIGITS, '0')

export const isVersionNumber = (versionId: number): boolean =>
  Number.isInteger(versionId) && versionId >= 1 && versionId <= VERSION_MAX

export const versionKey = (tenant: Tenant, key: ResourceKey, versionId: number): Key => ({
  partition: versionPartition(tenant, key),
  sort: versionSort(versionId),
})

export interface VersionAddress extends ResourceKey {
  readonly tenant: Tenant
  readonly versionId: number
}

/** What a version's key says. */
export function addressOf({ partition, sort }: Key): VersionAddress {
  const [tenant, type, id] = partition.split(SEPARATOR)
  invariant(tenant && type && id, 'a version has another key')
  return { tenant: tenantOf(tenant), type, id, versionId: Number(sort) }
}

/** Types begin with a capital letter, so these names are no types. */
const KINDS = {
  transaction: 'tx',
  open: 'open',
  claim: 'claim',
  holds: 'holds',
  types: 'types',
  marks: 'marks',
  listeners: 'listeners',
  job: 'job',
  parameters: 'parameters',
} as const

const RECORD_SORT = 'record'

export const recordKey = (tenant: Tenant, transaction: string): Key => ({
  partition: join(tenant, KINDS.transaction, transaction),
  sort: RECORD_SORT,
})

/** Beside the record: what the transaction touches, in numbered parts. */
export const chunkKey = (tenant: Tenant, transaction: string, number: number): Key => ({
  partition: join(tenant, KINDS.transaction, transaction),
  sort: join('chunk', String(number).padStart(CHUNK_DIGITS, '0')),
})

/** The chunks of a transaction, for a query. */
export const chunkRange = (tenant: Tenant, transaction: string) => ({
  partition: join(tenant, KINDS.transaction, transaction),
  from: chunkKey(tenant, transaction, 0).sort,
  to: join('chunk', '~'),
})

/** All transactions that may not be finalized yet are entries of one partition. */
export const openPartition = (tenant: Tenant): string => join(tenant, KINDS.open)

export const openKey = (tenant: Tenant, transaction: string): Key => ({
  partition: openPartition(tenant),
  sort: transaction,
})

/** Who is about to refer to a resource, by their transactions. */
export const holdsPartition = (tenant: Tenant, { type, id }: ResourceKey): string => join(tenant, KINDS.holds, type, id)

export const holdKey = (tenant: Tenant, key: ResourceKey, transaction: string): Key => ({
  partition: holdsPartition(tenant, key),
  sort: transaction,
})

/** In the change index, which has the open transactions of all tenants too: by the time from which they are overdue. */
export const OVERDUE_PARTITION = 'overdue'

export const overdueAttributes = (transaction: string, expiresAt: number) => ({
  changes: OVERDUE_PARTITION,
  changed: join(timeSort(expiresAt), transaction),
})

/** What the key of an open transaction's entry says. */
export function openAddressOf({ partition, sort }: Key): { readonly tenant: Tenant; readonly transaction: string } {
  const [tenant = ''] = partition.split(SEPARATOR)
  return { tenant: tenantOf(tenant), transaction: sort }
}

export const claimKey = (tenant: Tenant, claim: string): Key => ({
  partition: join(tenant, KINDS.claim, claim),
  sort: 'claim',
})

export const jobKey = (tenant: Tenant, id: string): Key => ({ partition: join(tenant, KINDS.job, id), sort: 'job' })

/** Which search parameters of its own a tenant has. */
export const parametersKey = (tenant: Tenant): Key => ({ partition: join(tenant, KINDS.parameters), sort: RECORD_SORT })

/** What a job's key says; undefined: it is another item's. */
export function jobAddressOf({ partition }: Key): { readonly tenant: Tenant; readonly id: string } | undefined {
  const [tenant = '', kind, id = ''] = partition.split(SEPARATOR)
  return kind === KINDS.job ? { tenant: tenantOf(tenant), id } : undefined
}

export const typesPartition = (tenant: Tenant): string => join(tenant, KINDS.types)

export const typeKey = (tenant: Tenant, type: string): Key => ({ partition: typesPartition(tenant), sort: type })

/** What one commit has written: commits are spread over the shards, and all of them are read. */
export const MARK_SHARDS = 4

export const marksPartition = (tenant: Tenant, shard: number): string => join(tenant, KINDS.marks, String(shard))

/** @param mark the commit's nonce and the number of the part. */
export const markKey = (tenant: Tenant, mark: string): Key => ({
  partition: marksPartition(tenant, shardOf(mark, MARK_SHARDS)),
  sort: mark,
})

/** Of no tenant: how far a rebuild of the search index is. */
export const REBUILD_KEY: Key = Object.freeze({ partition: `${SEPARATOR}rebuild`, sort: RECORD_SORT })

/** Of no tenant: how far the look at all objects is. */
export const OBJECT_SWEEP_KEY: Key = Object.freeze({ partition: `${SEPARATOR}object-sweep`, sort: RECORD_SORT })

/** Until when somebody may be listening to changes. */
export const listenersKey = (tenant: Tenant): Key => ({ partition: join(tenant, KINDS.listeners), sort: 'listeners' })

export const changesPartition = (tenant: Tenant, type: string, shard: number): string =>
  join(tenant, type, String(shard))

/** Where a version is in the change index: by time, then id, then number. */
export const changedSort = (lastUpdated: number, id: string, versionId: number): string =>
  join(timeSort(lastUpdated), id, versionSort(versionId))

/** Of the first entry of that millisecond; times before 1970 count as 1970. */
export const timeSort = (ms: number): string =>
  String(Math.trunc(Math.min(Math.max(ms, 0), TIME_MAX))).padStart(TIME_DIGITS, '0')

/** Behind the last entry of that millisecond: ids and digits come before '~'. */
export const afterTimeSort = (ms: number): string => join(timeSort(ms), '~')

export interface KindOfItem {
  readonly tenant: string
  readonly kind: 'version' | 'transaction' | 'other'
}

export function kindOf({ partition, sort }: Key): KindOfItem {
  const [tenant = '', kind = ''] = partition.split(SEPARATOR)
  if (/^[A-Z]/.test(kind)) return { tenant, kind: 'version' }
  return { tenant, kind: kind === KINDS.transaction && sort === RECORD_SORT ? 'transaction' : 'other' }
}

/** In which of so many shards something is: FNV-1a over its name. */
export function shardOf(name: string, shards: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  return (hash >>> 0) % shards
}
