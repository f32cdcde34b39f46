import type { Tenant } from '../call.ts'

/** What has a key below this is of no use after a day or two: stores may take it away then. */
export const PASSING_PREFIX = 'passing/'

/**
 * Keeps bytes that are no resource: what a Binary holds, a request body that came by reference, the result of a job.
 * Keys are made by the service (`binary/{id}/{nonce}`), never of what a client sent, and are written once.
 */
export interface ObjectStore {
  /**
   * Keeps the bytes durably. Where the stream fails nothing is kept.
   * @throws Fault unavailable or throttled where it is not certain that they are kept.
   */
  put(
    tenant: Tenant,
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options: ObjectOptions,
  ): Promise<ObjectAttributes>

  /** What is there, without its bytes; undefined where nothing is. */
  head(tenant: Tenant, key: string, deadline: number): Promise<ObjectAttributes | undefined>

  /** The bytes, or a part of them; undefined where nothing is there. */
  get(tenant: Tenant, key: string, range: ByteRange | undefined, deadline: number): Promise<ObjectContent | undefined>

  /** Nothing is there afterwards. May be done twice. */
  delete(tenant: Tenant, key: string, deadline: number): Promise<void>

  /**
   * A page of what is there of all tenants below a key's first word (`binary`), in no order that means anything, for
   * those who take away what nobody names. What is put or deleted meanwhile may be among it or not.
   */
  list(word: string, after: string | undefined, deadline: number): Promise<ObjectPage>

  /**
   * A URL at which the client itself may write or read these bytes for a while; undefined where the store has no door
   * of its own, so that they pass through the gateway.
   */
  presign(tenant: Tenant, key: string, request: PresignRequest): Promise<string | undefined>

  /** The key that a URL of `presign` is for, whether or not its time is over; undefined: it is none for this tenant. */
  recognize(tenant: Tenant, url: string): Promise<string | undefined>
}

export interface ObjectPage {
  readonly objects: readonly ListedObject[]
  /** Where the next page begins; undefined: there is none. */
  readonly next: string | undefined
}

export interface ListedObject {
  readonly tenant: Tenant
  readonly key: string
  /** Milliseconds since the epoch, by the store's clock. */
  readonly keptAt: number
}

export interface ObjectOptions {
  readonly contentType: string
  readonly deadline: number
}

export interface ObjectAttributes {
  readonly contentType: string
  /** Of the whole object. */
  readonly bytes: number
}

/** Both ends inclusive, zero-based, within the object: as `Content-Range` says it. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface ObjectContent extends ObjectAttributes {
  readonly content: AsyncIterable<Uint8Array>
}

export interface PresignRequest {
  readonly method: 'GET' | 'PUT'
  readonly contentType: string
  readonly seconds: number
  /** Of a GET: what browsers are to save and not to open. */
  readonly disposition?: 'attachment'
}
