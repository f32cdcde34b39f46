import type { Tenant } from '../call.ts'
import type { Fault } from '../fault.ts'
import type { IndexDocument } from '../search/document.ts'
import type { ParameterStore } from './parameter-store.ts'
import type { Provenance, ResourceKey, StoredVersion, WriteMethod } from './stored-version.ts'

/** Holds every version of every resource, append-only, and commits changes all-or-nothing. */
export interface ResourceStore {
  /** Whether a committed change can be searched at once, or once an index worker has seen it. */
  readonly indexing: 'on-commit' | 'later'

  /** Without it a tenant's own search parameters are stored and have no effect. */
  readonly parameters?: ParameterStore | undefined

  /**
   * The newest committed version of each resource, tombstones included, in the order asked; undefined where the
   * resource never existed. Strongly consistent. A `versionId` is a hint (the version a search found): it may save the
   * engine a query and never changes the answer.
   */
  readNewest(
    tenant: Tenant,
    references: readonly VersionHint[],
    deadline: number,
  ): Promise<(StoredVersion | undefined)[]>

  /** One committed version; undefined where there is none of that number. */
  readVersion(tenant: Tenant, key: ResourceKey, versionId: number, deadline: number): Promise<StoredVersion | undefined>

  /** Committed versions of a resource, a type or the whole tenant, newest first. Unknown resource: an empty page. */
  history(tenant: Tenant, request: HistoryRequest): Promise<HistoryPage>

  /**
   * Write all changes and claims, or none. A conflict is an answer, not an error: the caller decides what it means.
   * After `committed` every reader sees all of it, and the process may die without losing any of it. Two changes of one
   * resource are a version conflict: a request is one step of its history.
   *
   * Of a commit that refers to a resource and one that deletes it after `confirm`, one at the most is committed, unless
   * the reference was there for `confirm` to find.
   */
  commit(tenant: Tenant, request: CommitRequest): Promise<CommitResult>

  /**
   * Takes away for good every version of a resource below `versionId`, wherever the store keeps them. That one must be
   * its newest, and a tombstone, which stays, so that numbers are never given twice. May be done twice, and again after
   * a crash. false: the newest version is another one, or no tombstone; nothing is gone then.
   */
  purge(tenant: Tenant, key: ResourceKey, versionId: number, deadline: number): Promise<boolean>

  /**
   * Resources that have a tombstone which keeps a compartment: a page of them, as a store may have to look at all that
   * the tenant has written. They may have been put anew since.
   */
  deletedFrom(tenant: Tenant, request: DeletedRequest): Promise<DeletedPage>

  /** The resource that a claim points to, or undefined. Strongly consistent. */
  readClaim(tenant: Tenant, claim: string, deadline: number): Promise<ResourceKey | undefined>
}

export interface VersionHint extends ResourceKey {
  readonly versionId?: number
}

export interface Change {
  readonly type: string
  readonly id: string
  /** The version to write. Version versionId - 1 must be the newest one (none at all where this is 1). */
  readonly versionId: number
  readonly lastUpdated: number
  readonly method: WriteMethod
  /** Final JSON text, meta included; undefined writes a tombstone. */
  readonly body: string | undefined
  readonly compartments: readonly string[]
  readonly securityLabels: readonly string[]
  /** See VersionAttributes. */
  readonly containedMax?: number
  readonly provenance: Provenance
  /** What search knows of this version; undefined for a tombstone. */
  readonly document: IndexDocument | undefined
}

/** "This normalized condition belongs to this resource", for conditional creates that race. */
export interface Claim {
  /** Hash of tenant-free condition text. */
  readonly claim: string
  /** Who holds it. Type and id may be any texts, up to 2,000 characters: a claim can be of a request, too. */
  readonly resource: ResourceKey
  /** Take the claim over from this resource; without it the claim must be free. */
  readonly replaces?: ResourceKey
  /** Milliseconds since the epoch: past it the store may take the claim away, and need not. */
  readonly expiresAt?: number
}

/** A resource that was there when it was looked at, as this version. */
export interface Target extends ResourceKey {
  readonly versionId: number
}

export interface CommitRequest {
  readonly changes: readonly Change[]
  readonly claims?: readonly Claim[]
  /**
   * What the changes refer to and don't write themselves: each once. A conflict of kind reference where one is deleted,
   * or about to be. That it has got a newer version is none.
   */
  readonly refersTo?: readonly Target[]
  /**
   * For tombstones that must leave no reference behind: looks, by a consistent search, whether there is one, and
   * answers what is to be said then. The store asks when nobody can commit a reference any more without one of the two
   * hearing of a conflict; it may ask before that, too.
   */
  readonly confirm?: () => Promise<Fault | undefined>
  /**
   * By which of the tenant's own search parameters the documents were made, and whether the changes change them. Where
   * the revision is not the store's any more, the commit rejects with StaleParameters.
   */
  readonly parameters?: { readonly revision: number; readonly changed: boolean }
  readonly deadline: number
}

export type CommitResult =
  | { readonly committed: true }
  | {
      readonly committed: false
      readonly conflict:
        | { readonly kind: 'version'; readonly type: string; readonly id: string }
        | { readonly kind: 'claim'; readonly claim: string; readonly resource: ResourceKey | undefined }
        /** It is deleted, or others are about to delete it; or others are about to refer to what is deleted here. */
        | { readonly kind: 'reference'; readonly type: string; readonly id: string }
        /** What `confirm` has answered. */
        | { readonly kind: 'unconfirmed'; readonly fault: Fault }
    }

export interface DeletedRequest {
  /** `Patient/1` */
  readonly compartment: string
  /** Only those deleted at this time or later, in ms; earlier ones may come, too. */
  readonly since?: number
  /** Where the page before ended, as given by it. */
  readonly after?: string
  /** How much to look at for one page, where that is a question: versions. */
  readonly count: number
  readonly deadline: number
}

export interface DeletedPage {
  readonly keys: readonly ResourceKey[]
  /** Where the next page starts; undefined on the last one. There may be one behind a page without keys. */
  readonly next: string | undefined
  /** What was deleted after this may be missing, in ms: the earliest of all pages counts. undefined: nothing is. */
  readonly until: number | undefined
}

export interface HistoryRequest {
  /** Neither: the whole tenant. Only type: that type. Both: one resource. */
  readonly type?: string
  readonly id?: string
  /** Only versions with lastUpdated at or after this, in ms. */
  readonly since?: number
  /** Only versions with lastUpdated at or before this, in ms. */
  readonly until?: number
  /** Where the page before ended, as given by it. */
  readonly after?: string
  readonly count: number
  readonly deadline: number
}

export interface HistoryPage {
  readonly versions: readonly StoredVersion[]
  /** Where the next page starts; undefined on the last one. */
  readonly next: string | undefined
  /** Number of versions in all, where the store knows it cheaply. */
  readonly total: number | undefined
}
