/**
 * Characters of a URL. Searches by GET may have long lists of values; those that are longer go into the body of a POST
 * _search.
 */
export const URL_LENGTH_MAX = 64 * 1024

/** URL and headers of a request together: more than the longest URL, so that one that is too long is told so. */
export const HEADER_BYTES_MAX = 2 * URL_LENGTH_MAX

/** R4 datatypes.html#id */
export const ID_LENGTH_MAX = 64

/** Objects and arrays in each other, so that whatever walks a parsed value may recurse. R4 resources stay below 30. */
export const JSON_DEPTH_MAX = 256

/** Characters of an Idempotency-Key. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 255

/** Bounds on what one request may ask for. createFhirService takes a part of them to change. */
export interface Limits {
  /** Body of a request after decompression; the doors enforce it. */
  readonly bodyBytesMax: number
  readonly pageSizeDefault: number
  /** A greater `_count` is lowered to this: R4 search.html#count lets the server return fewer. */
  readonly pageSizeMax: number
  /** Entries of one transaction or batch. */
  readonly entriesMax: number
  /** Resources that `_include` and `_revinclude` add to one page; what is beyond is left out with a warning. */
  readonly includesMax: number
  /** Rounds of `:iterate`. */
  readonly includeRoundsMax: number
  /** How often a write that lost a race against another one is tried in all. */
  readonly writeAttemptsMax: number
  /** Entries of a batch, conditions and reads of a transaction that run at the same time. */
  readonly concurrencyMax: number
  /** References that one readNewest is asked for. */
  readonly readBatchMax: number
}

export const DEFAULT_LIMITS: Limits = Object.freeze({
  bodyBytesMax: 64 * 1024 * 1024,
  pageSizeDefault: 20,
  pageSizeMax: 1000,
  entriesMax: 50_000,
  includesMax: 1000,
  includeRoundsMax: 5,
  writeAttemptsMax: 8,
  concurrencyMax: 32,
  readBatchMax: 500,
})
