import type { Tenant } from '../call.ts'
import type { IndexDocument } from '../search/document.ts'
import type { ResourceKey } from './stored-version.ts'

/** Writes what a SearchIndex finds, where the store indexes later: for workers, rebuilds and consistent searches. */
export interface SearchWriter {
  /**
   * Brings the index to these versions. They may come in any order, late and repeated: the index keeps the newest
   * version of a resource, and of one version what was taken from it by the newest search parameters and, of these, by
   * the newest extractor. What it already has, or has newer, counts as written. Gives those that could not be written;
   * the others are.
   * @throws Fault unavailable or throttled where nothing is known to be written.
   */
  write(tenant: Tenant, versions: readonly IndexableVersion[], deadline: number): Promise<readonly UnwrittenVersion[]>

  /** Everything written before can be found once this returns. */
  refresh(deadline: number): Promise<void>
}

/** What search knows of a version, or that the version deletes the resource. */
export type IndexableVersion = IndexableDocument | IndexTombstone

export interface IndexableDocument extends IndexDocument {
  /** Of the tenant's own search parameters by which it was made: see ParameterSource. Default: 0. */
  readonly revision?: number
  /** See VersionAttributes. Default: as many as it contains. */
  readonly containedMax?: number
}

export interface IndexTombstone extends ResourceKey {
  readonly versionId: number
  /** See VersionAttributes. */
  readonly containedMax?: number
  /** Milliseconds since the epoch. */
  readonly lastUpdated: number
  readonly deleted: true
}

export interface UnwrittenVersion {
  /** Position among the versions that were to be written. */
  readonly position: number
  /** rejected: it will be again. busy: try again later. */
  readonly kind: 'rejected' | 'busy'
  /** The engine's name for the cause, for the log. Never resource content. */
  readonly cause: string
}
