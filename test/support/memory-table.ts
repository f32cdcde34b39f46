import type { OverflowStore } from '#adapters/dynamodb/overflow-store.ts'
import type {
  Action,
  BatchPage,
  Item,
  Key,
  Query,
  QueryPage,
  Table,
  TransactOutcome,
  Write,
  WriteOutcome,
} from '#adapters/dynamodb/table.ts'
import { invariant } from '#service/invariant.ts'
import { type ItemsView, queryOf, transactTo, type Written, writeTo } from './table-semantics.ts'

/** A table in memory, each request atomic. */
export class MemoryTable implements Table {
  readonly #items = new Map<string, Item>()
  readonly #tokens = new Set<string>()
  readonly items: ItemsView = {
    get: key => this.#items.get(nameOf(key)),
    all: () => this.#items.values(),
  }
  /** Made so far, by kind. */
  readonly requests = { get: 0, batchGet: 0, query: 0, write: 0, transact: 0 }

  async get(key: Key): Promise<Item | undefined> {
    this.requests.get++
    return this.items.get(key)
  }

  async batchGet(keys: readonly Key[]): Promise<BatchPage> {
    this.requests.batchGet++
    return { items: keys.flatMap(key => this.items.get(key) ?? []), unprocessed: [] }
  }

  async query(query: Query): Promise<QueryPage> {
    this.requests.query++
    return queryOf(this.items, query)
  }

  async write(write: Write): Promise<WriteOutcome> {
    this.requests.write++
    return this.#keep(writeTo(this.items, write))
  }

  async transact(writes: readonly Action[], token: string): Promise<TransactOutcome> {
    this.requests.transact++
    if (this.#tokens.has(token)) return { done: true }
    const outcome = this.#keep(transactTo(this.items, writes))
    if (outcome.done) this.#tokens.add(token)
    return outcome
  }

  #keep<Outcome>({ outcome, changes }: Written<Outcome>): Outcome {
    for (const { key, item } of changes) {
      if (item) this.#items.set(nameOf(key), item)
      else this.#items.delete(nameOf(key))
    }
    return outcome
  }
}

const nameOf = ({ partition, sort }: Key): string => `${partition}/${sort}`

export class MemoryOverflow implements OverflowStore {
  readonly objects = new Map<string, Uint8Array>()

  async put(key: string, bytes: Uint8Array): Promise<void> {
    invariant(!this.objects.has(key), 'an overflow key is used once')
    this.objects.set(key, bytes)
  }

  async keysBelow(folder: string): Promise<readonly string[]> {
    return [...this.objects.keys()].filter(key => key.startsWith(`${folder}/`))
  }

  async get(key: string): Promise<Uint8Array> {
    const bytes = this.objects.get(key)
    invariant(bytes, 'the overflowed body is there')
    return bytes
  }

  async delete(key: string): Promise<void> {
    this.objects.delete(key)
  }
}
