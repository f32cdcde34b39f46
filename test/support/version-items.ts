/** Versions as items of the table, for tests of what reads its stream. */
import { encodeBody } from '#adapters/dynamodb/stored-body.ts'
import type { Item } from '#adapters/dynamodb/table.ts'
import { draftItem, finalItem, overflowKey, stagedItem } from '#adapters/dynamodb/version-item.ts'
import { type Tenant, tenantOf } from '#service/call.ts'
import type { JsonObject } from '#service/resource/content.ts'

export const TENANT: Tenant = tenantOf('default')

export interface ItemParts {
  readonly content: JsonObject
  readonly versionId?: number
  readonly deleted?: true
  /** Still undecided. */
  readonly transaction?: string
  /** The body is not in the item. */
  readonly overflows?: true
  readonly tenant?: Tenant
}

export const VERSION_TIME = 1_766_000_000_000

export function versionItem({
  content,
  versionId = 1,
  deleted,
  transaction,
  overflows,
  tenant = TENANT,
}: ItemParts): Item {
  const type = String(content.resourceType)
  const id = String(content.id)
  const stored = encodeBody(JSON.stringify(content))
  const key = { type, id, versionId }
  const draft = draftItem(
    tenant,
    {
      ...key,
      lastUpdated: VERSION_TIME + versionId,
      method: deleted ? 'DELETE' : 'PUT',
      body: undefined,
      compartments: [],
      securityLabels: [],
      provenance: { author: 'anonymous', door: 'rest', requestId: 'r' },
      document: undefined,
    },
    transaction ?? 'nonce',
    deleted ? undefined : { stored, overflow: overflows && overflowKey(tenant, key, 'nonce') },
  )
  return transaction === undefined ? finalItem(draft, () => 1) : stagedItem(draft, transaction)
}
