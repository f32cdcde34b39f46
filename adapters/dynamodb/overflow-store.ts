/** Where bodies go that are too large for a cheap item. Keys are never used twice. */
export interface OverflowStore {
  put(key: string, bytes: Uint8Array, deadline: number): Promise<void>
  /** Rejects with a Fault where the object is not there or the store does not answer. */
  get(key: string, deadline: number): Promise<Uint8Array>
  /** All that begin with `folder/`. */
  keysBelow(folder: string, deadline: number): Promise<readonly string[]>
  /** Of objects that no version names; one that is not there is no failure. */
  delete(key: string, deadline: number): Promise<void>
}
