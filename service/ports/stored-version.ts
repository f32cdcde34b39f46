import type { Door } from '../call.ts'
import type { JsonText } from '../resource/json-text.ts'

/** A resource within one tenant. Ids are scoped by type: Patient/1 and Device/1 are two resources. */
export interface ResourceKey {
  readonly type: string
  readonly id: string
}

export type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who wrote a version, and through what. */
export interface Provenance {
  readonly author: string
  readonly client?: string
  readonly door: Door
  readonly requestId: string
}

export interface VersionAttributes {
  readonly type: string
  readonly id: string
  /** 1, 2, 3 ... without gaps. */
  readonly versionId: number
  /** Milliseconds since the epoch; grows strictly from one version of a resource to the next. */
  readonly lastUpdated: number
  readonly method: WriteMethod
  /** True for a tombstone, which has no body. */
  readonly deleted: boolean
  /** `Patient/1`: the compartments that the resource is in; a tombstone keeps its predecessor's. */
  readonly compartments: readonly string[]
  /** `system|code` of meta.security; a tombstone keeps its predecessor's. */
  readonly securityLabels: readonly string[]
  /**
   * How many contained resources this version or one before it has at the most; undefined: none. A store that indexes
   * on commit need not keep it: an index that is told later writes over so many by it, whichever versions it has heard
   * of.
   */
  readonly containedMax?: number
}

const sealedBody = Symbol('sealed body')

/**
 * A version as stores hand it out. Its body can't be had from it but through service/access/reveal.ts, where it is
 * decided whether the caller may see it.
 */
export interface StoredVersion extends VersionAttributes {
  readonly [sealedBody]: JsonText | undefined
}

/** For stores: wrap a version's body (final JSON text; undefined for a tombstone). */
export const sealVersion = (attributes: VersionAttributes, body: JsonText | undefined): StoredVersion => ({
  ...attributes,
  [sealedBody]: body,
})

/** For service/access/reveal.ts only; a tidy test holds that. */
export const unsealBody = (version: StoredVersion): JsonText | undefined => version[sealedBody]
