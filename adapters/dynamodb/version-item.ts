/** Versions as items of the table, and back. */
import type { Tenant } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import type { Change } from '#service/ports/resource-store.ts'
import {
  type ResourceKey,
  type StoredVersion,
  sealVersion,
  type VersionAttributes,
  type WriteMethod,
} from '#service/ports/stored-version.ts'
import { addressOf, changedSort, changesPartition, shardOf, type VersionAddress, versionKey } from './keys.ts'
import { type Encoding, type StoredBody, sha256Of } from './stored-body.ts'
import type { Item, Update, Value } from './table.ts'

/**
 * partition, sort: the key. nonce: who wrote it. tx: the transaction that decides whether it counts; without it the
 * version is final, and has changes and changed, its place in the change index. A body is in the item (body, encoding)
 * or elsewhere (overflow, sha256, encoding); a tombstone has `deleted` instead. mark: in which of its commit's marks it
 * is, where writes are marked. Empty lists are left out. What was purged has nothing but key, nonce and `purged`.
 */
export type VersionItem = Item

/** What a body has become before its item is written. */
export interface PlacedBody {
  readonly stored: StoredBody
  /** Where the bytes are, if not in the item. */
  readonly overflow: string | undefined
}

/** Where the bytes of one attempt to write a version overflow to: no other attempt has this key. */
export const overflowKey = (tenant: Tenant, { type, id, versionId }: VersionNumber, nonce: string): string =>
  [tenant, type, id, versionId, nonce].join('/')

/** Where all attempts to write any version of a resource overflow to. */
export const overflowFolder = (tenant: Tenant, { type, id }: ResourceKey): string => [tenant, type, id].join('/')

export const overflownVersion = (key: string): number => Number(key.split('/').at(-2))

type VersionNumber = Omit<VersionAddress, 'tenant'>

/** Neither final nor of a transaction yet: `finalItem` or `stagedItem` makes it so. */
export function draftItem(tenant: Tenant, change: Change, nonce: string, body: PlacedBody | undefined): VersionItem {
  const { compartments, securityLabels, containedMax, provenance } = change
  return {
    ...versionKey(tenant, change, change.versionId),
    lastUpdated: change.lastUpdated,
    method: change.method,
    nonce,
    ...(body ? bodyAttributes(body) : { deleted: true }),
    ...(compartments.length > 0 && { compartments }),
    ...(securityLabels.length > 0 && { securityLabels }),
    ...(containedMax !== undefined && { containedMax }),
    author: provenance.author,
    ...(provenance.client !== undefined && { client: provenance.client }),
    door: provenance.door,
    requestId: provenance.requestId,
  }
}

function bodyAttributes({ stored, overflow }: PlacedBody): Readonly<Record<string, Value>> {
  const encoding = stored.encoding === 'plain' ? {} : { encoding: stored.encoding }
  return overflow === undefined
    ? { body: stored.bytes, ...encoding }
    : { overflow, sha256: sha256Of(stored.bytes), ...encoding }
}

/** How many shards the change index of a type has. */
export type ShardsOf = (type: string) => number

export const finalItem = (draft: VersionItem, shardsOf: ShardsOf): VersionItem => ({
  ...draft,
  ...changeAttributes(addressOf(draft), timeOf(draft), shardsOf),
})

export const stagedItem = (draft: VersionItem, transaction: string): VersionItem => ({ ...draft, tx: transaction })

/** What makes a committed version final: its transaction goes, its place in the change index comes. */
export const finalizing = (
  address: VersionAddress,
  lastUpdated: number,
  transaction: string,
  shardsOf: ShardsOf,
): Update => ({
  kind: 'update',
  key: versionKey(address.tenant, address, address.versionId),
  set: changeAttributes(address, lastUpdated, shardsOf),
  remove: ['tx'],
  condition: [{ tx: transaction }],
})

/** Its content goes, and the slot stays: a version that was not committed is overwritten, never missing. */
export const stripping = (address: VersionAddress, transaction: string): Update => ({
  kind: 'update',
  key: versionKey(address.tenant, address, address.versionId),
  set: { stripped: true },
  remove: ['body', 'encoding', 'overflow', 'sha256', 'compartments', 'securityLabels'],
  condition: [{ tx: transaction }],
})

const changeAttributes = (
  { tenant, type, id, versionId }: VersionAddress,
  lastUpdated: number,
  shardsOf: ShardsOf,
) => ({
  changes: changesPartition(tenant, type, shardOf(id, shardsOf(type))),
  changed: changedSort(lastUpdated, id, versionId),
})

/** The slot that a purged version leaves: it has no place in the change index, and no content. */
export const purgedItem = ({ partition, sort, nonce }: VersionItem): VersionItem => ({
  partition,
  sort,
  ...(nonce !== undefined && { nonce }),
  purged: true,
})

export const isTombstone = (item: VersionItem): boolean => item.deleted === true

export const isPurged = (item: VersionItem): boolean => item.purged === true

/** The transaction that decides about the version; undefined where it is final. */
export const transactionOf = (item: VersionItem): string | undefined => optionalText(item, 'tx')

export const timeOf = (item: VersionItem): number => {
  const { lastUpdated } = item
  invariant(typeof lastUpdated === 'number', 'a version has no lastUpdated')
  return lastUpdated
}

export function attributesOf(item: VersionItem): VersionAttributes {
  const { type, id, versionId } = addressOf(item)
  return {
    type,
    id,
    versionId,
    lastUpdated: timeOf(item),
    method: item.method as WriteMethod,
    deleted: isTombstone(item),
    compartments: listOf(item, 'compartments'),
    securityLabels: listOf(item, 'securityLabels'),
    ...(typeof item.containedMax === 'number' && { containedMax: item.containedMax }),
  }
}

export const versionOf = (item: VersionItem, body: Uint8Array | undefined): StoredVersion =>
  sealVersion(attributesOf(item), body)

/** Where the body of a version is; undefined for a tombstone. */
export type BodyPlace =
  | { readonly kind: 'item'; readonly stored: StoredBody }
  | { readonly kind: 'overflow'; readonly key: string; readonly sha256: string; readonly encoding: Encoding }

export function bodyPlaceOf(item: VersionItem): BodyPlace | undefined {
  const encoding = item.encoding === 'deflate' ? 'deflate' : 'plain'
  const key = optionalText(item, 'overflow')
  if (key !== undefined) return { kind: 'overflow', key, sha256: optionalText(item, 'sha256') ?? '', encoding }
  const { body } = item
  if (!(body instanceof Uint8Array)) return undefined
  return { kind: 'item', stored: { encoding, bytes: body } }
}

const NONE: readonly string[] = Object.freeze([])

const listOf = (item: Item, name: string): readonly string[] => {
  const value = item[name]
  return Array.isArray(value) ? value : NONE
}

export const optionalText = (item: Item, name: string): string | undefined => {
  const value = item[name]
  return typeof value === 'string' ? value : undefined
}
