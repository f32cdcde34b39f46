import type { Tenant } from '../call.ts'
import type { IndexDocument } from '../search/document.ts'
import type { StoredVersion } from './stored-version.ts'

/** What a store that indexes on commit offers so that a tenant's own search parameters have an effect. */
export interface ParameterStore {
  /**
   * Another number after each commit that changed the tenant's own search parameters, whoever made it; 0 where there
   * never was one. As of the newest acknowledged commit, and cheap: it is asked before each interaction.
   */
  revision(tenant: Tenant): number

  /** Newest versions of the type's live resources, oldest resource first; undefined `next`: there are no more. */
  scan(tenant: Tenant, request: ParameterScan): Promise<ParameterScanPage>

  /**
   * Replaces what the index has of these resources, of those whose newest version is still the document's. Safe to
   * repeat.
   * @param revision by which the documents were made.
   * @throws StaleParameters where the tenant's revision is another one by now; nothing is changed then.
   */
  reindex(tenant: Tenant, revision: number, documents: readonly IndexDocument[], deadline: number): Promise<void>
}

export interface ParameterScan {
  readonly type: string
  /** `next` of the page before. */
  readonly after?: number
  readonly count: number
  readonly deadline: number
}

export interface ParameterScanPage {
  readonly versions: readonly StoredVersion[]
  readonly next: number | undefined
}

/** Index documents were made by search parameters that are not the tenant's any more. Nothing was written. */
export class StaleParameters extends Error {
  constructor() {
    super('The search parameters of the tenant have changed')
    this.name = 'StaleParameters'
  }
}
