import type { CommittedChange } from '../ports/change-feed.ts'
import type { WriteMethod } from '../ports/stored-version.ts'
import { formatInstant } from '../resource/stamp.ts'

/** What subscribers get of a change: where to read it under their own rights, never what is in it. */
export interface ResourceChange {
  readonly tenant: string
  readonly resourceType: string
  readonly id: string
  /** `3`. Subscribers drop what is older than what they have: a change may come twice. */
  readonly versionId: string
  /** `2020-01-01T00:00:00.000Z` */
  readonly lastUpdated: string
  /** As R4 valueset-type-restful-interaction.html names it. */
  readonly interaction: 'create' | 'update' | 'patch' | 'delete'
  /** `Patient/1` */
  readonly compartments: readonly string[]
}

export const resourceChangeOf = (change: CommittedChange): ResourceChange => ({
  tenant: change.tenant,
  resourceType: change.type,
  id: change.id,
  versionId: String(change.versionId),
  lastUpdated: formatInstant(change.lastUpdated),
  interaction: interactionOf(change.method, change.versionId),
  compartments: change.compartments,
})

/** A PUT of what has never been there creates it (R4 http.html#upsert); after a delete it is an update again. */
function interactionOf(method: WriteMethod, versionId: number): ResourceChange['interaction'] {
  switch (method) {
    case 'DELETE':
      return 'delete'
    case 'PATCH':
      return 'patch'
    default:
      return versionId === 1 ? 'create' : 'update'
  }
}
