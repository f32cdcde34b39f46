import type { Clock } from '#service/ports/clock.ts'
import type { Pace } from './pace.ts'
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
} from './table.ts'
import { faultOfTable, TableError, tooLate } from './table-error.ts'

export interface RetryParts {
  readonly clock: Clock
  readonly pace: Pace
}

const FIRST_DELAY_MS = 10
const DELAY_MS_MAX = 1000

/**
 * Tries a request again, later and later, as long as its deadline allows; what then still fails is a Fault. A write may
 * so be asked for twice: whoever makes it conditional recognises their own in what was found.
 */
export class RetryingTable implements Table {
  readonly #table: Table
  readonly #clock: Clock
  readonly #pace: Pace

  constructor(table: Table, { clock, pace }: RetryParts) {
    this.#table = table
    this.#clock = clock
    this.#pace = pace
  }

  get(key: Key, deadline: number): Promise<Item | undefined> {
    return this.#retry(() => this.#table.get(key, deadline), deadline, false)
  }

  async batchGet(keys: readonly Key[], deadline: number): Promise<BatchPage> {
    let unprocessed = keys
    const items: Item[] = []
    const ask = async () => {
      const page = await this.#table.batchGet(unprocessed, deadline)
      items.push(...page.items)
      unprocessed = page.unprocessed
      if (unprocessed.length > 0) throw new TableError('throttled')
    }
    await this.#retry(ask, deadline, false)
    return { items, unprocessed: [] }
  }

  query(query: Query, deadline: number): Promise<QueryPage> {
    return this.#retry(() => this.#table.query(query, deadline), deadline, false)
  }

  write(write: Write, deadline: number): Promise<WriteOutcome> {
    return this.#retry(() => this.#table.write(write, deadline), deadline, true)
  }

  transact(actions: readonly Action[], token: string, deadline: number): Promise<TransactOutcome> {
    return this.#retry(() => this.#table.transact(actions, token, deadline), deadline, true)
  }

  async #retry<T>(request: () => Promise<T>, deadline: number, writes: boolean): Promise<T> {
    // Once unclear, always unclear: a later refusal says nothing about the attempt before.
    let unclear: TableError | undefined
    for (let attempt = 0; ; attempt++) {
      if (attempt === 0 && this.#clock.now() > deadline) throw tooLate()
      try {
        return await request()
      } catch (error) {
        if (!(error instanceof TableError)) throw error
        if (error.kind === 'unclear') unclear = error
        const delayMs = Math.min(FIRST_DELAY_MS * 2 ** attempt, DELAY_MS_MAX) * (0.5 + this.#pace.random() / 2)
        if (this.#clock.now() + delayMs >= deadline) throw faultOfTable(unclear ?? error, writes)
        await this.#pace.wait(delayMs)
      }
    }
  }
}
