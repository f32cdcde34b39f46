import type { Tenant } from '../call.ts'
import type { ResourceKey } from './stored-version.ts'

/** What may not be indexed yet: a store that is indexed later marks each write, and answers once both are there. */
export interface WriteMarkers {
  /**
   * Everything written of which the index worker has not said that it is indexed. Strongly consistent: every write is
   * among them whose response a caller has had. Some may be indexed by now, others may not have come to be committed.
   * No more than `limit`.
   */
  unindexed(tenant: Tenant, limit: number, deadline: number): Promise<MarkedWrites>
}

/** The index worker's side of it. */
export interface IndexedMarks {
  /** These are in the index, or something newer is. May be said twice. */
  indexed(tenant: Tenant, writes: readonly IndexedWrite[], deadline: number): Promise<void>
}

export interface IndexedWrite extends MarkedWrite {
  /** As the change's image names it. */
  readonly mark: string
}

export interface MarkedWrites {
  readonly writes: readonly MarkedWrite[]
  /** false: there are more than the limit. */
  readonly complete: boolean
}

export interface MarkedWrite extends ResourceKey {
  readonly versionId: number
}
