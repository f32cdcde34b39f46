import type { Tenant } from '../call.ts'
import type { IndexDocument } from '../search/document.ts'
import type { StoredVersion } from './stored-version.ts'

/** Which SearchParameters a tenant has stored, for whoever makes index documents or searches by them. */
export interface ParameterSource {
  /**
   * Another, greater number after each commit that changed the tenant's own search parameters, whoever made it; 0 where
   * there never was one. As of the newest acknowledged commit, and free. undefined: it has to be asked for.
   */
  revisionAtHand(tenant: Tenant): number | undefined

  /** The same, asked for. Strongly consistent. */
  revision(tenant: Tenant, deadline: number): Promise<number>

  /** All SearchParameters that may be in force, as of that revision or later. */
  read(tenant: Tenant, deadline: number): Promise<StoredParameters>
}

export interface StoredParameters {
  readonly revision: number
  readonly versions: readonly StoredVersion[]
}

/** What a store offers so that a tenant's own search parameters have an effect. */
export interface ParameterStore extends ParameterSource {
  /**
   * Of a store that is indexed later: absolute references below it count as local for whoever indexes. undefined: none
   * do. A store that indexes on commit goes by the request's own.
   */
  readonly baseUrl?: string | undefined

  /**
   * Newest versions of the type's live resources. A version that is newest all the while, and was committed before
   * `since`, is among them; one may come twice. undefined `next`: there are no more.
   */
  scan(tenant: Tenant, request: ParameterScan): Promise<ParameterScanPage>

  /**
   * Replaces what the index has of these resources, of those whose newest version is still the document's, and which
   * it does not have by newer search parameters. Safe to repeat.
   * @param revision by which the documents were made.
   * @throws StaleParameters where the tenant's revision is another one by now; nothing is changed then. A store whose
   * index tells older documents from newer ones itself need not.
   */
  reindex(tenant: Tenant, revision: number, documents: readonly IndexDocument[], deadline: number): Promise<void>

  /** What was given to `reindex` is found once this returns. */
  refresh(deadline: number): Promise<void>
}

export interface ParameterScan {
  readonly type: string
  /** `next` of the page before. */
  readonly after?: string
  readonly count: number
  /** Milliseconds since the epoch, not in the future: the store may have to wait until it can promise that much. */
  readonly since: number
  readonly deadline: number
}

export interface ParameterScanPage {
  readonly versions: readonly StoredVersion[]
  readonly next: string | undefined
}

/** Index documents were made by search parameters that are not the tenant's any more. Nothing was written. */
export class StaleParameters extends Error {
  constructor() {
    super('The search parameters of the tenant have changed')
    this.name = 'StaleParameters'
  }
}
