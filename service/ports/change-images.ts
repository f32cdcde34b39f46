import type { Tenant } from '../call.ts'
import type { StoredVersion, VersionAttributes } from './stored-version.ts'

/** Reads what the store's stream of changes says, a record at a time. Records are as the stream delivers them. */
export interface ChangeImages {
  /** @throws Error where it is no record of this store. */
  read(record: unknown): ChangeImage
}

/** other: nothing that workers act on, such as an item that was removed or a version that is not decided yet. */
export type ChangeImage = VersionImage | TransactionImage | { readonly kind: 'other' }

/** A committed version. It comes at least once, and after the versions below it. */
export interface VersionImage {
  readonly kind: 'version'
  readonly tenant: Tenant
  readonly attributes: VersionAttributes
  /** Under which it is marked as not indexed yet; undefined where the store doesn't mark its writes. */
  readonly mark?: string
  /** With its body, which may be elsewhere. @throws Fault unavailable where that does not answer. */
  load(deadline: number): Promise<StoredVersion>
}

/** A transaction that was decided and may have left work behind. */
export interface TransactionImage {
  readonly kind: 'transaction'
  readonly tenant: Tenant
  readonly transaction: string
}
