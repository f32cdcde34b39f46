/**
 * The few requests that the store makes of its table. Each is atomic; reads are strongly consistent but for the index.
 */

/** A set of texts has at least one; its last one gone, the attribute is gone. */
export type Value = string | number | boolean | Uint8Array | readonly string[] | ReadonlySet<string>

export interface Key {
  readonly partition: string
  readonly sort: string
}

export interface Item extends Key {
  readonly [attribute: string]: Value
}

/** What the stored item must be like for a write to happen: one of these. */
export type Condition = readonly Alternative[]

/** No item there; or one whose attributes have these values, undefined meaning that it has no such attribute. */
export type Alternative = 'absent' | { readonly [attribute: string]: string | number | ReadonlySet<string> | undefined }

export interface Put {
  readonly kind: 'put'
  readonly item: Item
  /** Without it whatever is there is replaced. */
  readonly condition?: Condition
}

/** Changes attributes of an item that is there. */
export interface Update {
  readonly kind: 'update'
  readonly key: Key
  readonly set: { readonly [attribute: string]: Value }
  readonly remove: readonly string[]
  /** What goes from sets. */
  readonly subtract?: { readonly [attribute: string]: ReadonlySet<string> }
  readonly condition: Condition
}

export interface Delete {
  readonly kind: 'delete'
  readonly key: Key
  /** Without it, whatever is there. */
  readonly condition?: Condition
}

export type Write = Put | Update | Delete

/** Changes nothing: that the item is like this is a condition of what is written along with it. */
export interface Check {
  readonly kind: 'check'
  readonly key: Key
  readonly condition: Condition
}

export type Action = Write | Check

/** found: the item that did not meet the condition; undefined where there is none. */
export type WriteOutcome = { readonly done: true } | { readonly done: false; readonly found: Item | undefined }

/** refusals: by position, what was in the way of an action; undefined for one that nothing was in the way of. */
export type TransactOutcome =
  | { readonly done: true }
  | { readonly done: false; readonly refusals: readonly (Refusal | undefined)[] }

export interface Refusal {
  readonly found: Item | undefined
}

export interface Query {
  /** changes: the index over `changes` and `changed`, of whose items only the keys come back, eventually consistent. */
  readonly index?: 'changes'
  readonly partition: string
  /** Sort keys from this one on. */
  readonly from?: string
  /** Sort keys up to this one. */
  readonly to?: string
  readonly descending?: true
  readonly limit?: number
}

export interface QueryPage {
  readonly items: readonly Item[]
  /** Whether there is more behind these, be it for the limit or for the size of a page. */
  readonly more: boolean
}

export interface BatchPage {
  readonly items: readonly Item[]
  /** Keys to ask for again. */
  readonly unprocessed: readonly Key[]
}

export const BATCH_KEYS_MAX = 100
export const TRANSACT_ACTIONS_MAX = 100

/**
 * deadline: milliseconds since the epoch, after which the answer is of no use. Rejects with a TableError for what may
 * be tried again, and with other errors for what may not.
 */
export interface Table {
  get(key: Key, deadline: number): Promise<Item | undefined>
  /** At most BATCH_KEYS_MAX different keys; the items in any order. */
  batchGet(keys: readonly Key[], deadline: number): Promise<BatchPage>
  query(query: Query, deadline: number): Promise<QueryPage>
  write(write: Write, deadline: number): Promise<WriteOutcome>
  /** All or nothing, at most TRANSACT_ACTIONS_MAX on different items; the same token again does not write again. */
  transact(actions: readonly Action[], token: string, deadline: number): Promise<TransactOutcome>
}
