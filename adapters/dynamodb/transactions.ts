import type { Tenant } from '#service/call.ts'
import { recordKey } from './keys.ts'
import type { StoreContext } from './store-context.ts'
import {
  aborting,
  isSenior,
  recordOf,
  type Seniority,
  type TransactionRecord,
  type TransactionState,
} from './transaction-record.ts'

/** missing: the record is not there: its put never came to pass, or the transaction is long over. */
export type Fate = TransactionState | 'missing'

/** Looks decisions up, and takes those that nobody else takes any more. */
export class Transactions {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  async find(tenant: Tenant, transaction: string, deadline: number): Promise<TransactionRecord | undefined> {
    const item = await this.#context.table.get(recordKey(tenant, transaction), deadline)
    return item && recordOf(item)
  }

  async fate(tenant: Tenant, transaction: string, deadline: number): Promise<Fate> {
    return (await this.find(tenant, transaction, deadline))?.state ?? 'missing'
  }

  /** Aborts it if it is pending. @returns what it is after that. */
  async abort(tenant: Tenant, transaction: string, deadline: number): Promise<Fate> {
    const { table, clock } = this.#context
    const outcome = await table.write(aborting(tenant, transaction, clock.now()), deadline)
    if (outcome.done) return 'aborted'
    return outcome.found ? recordOf(outcome.found).state : 'missing'
  }

  /**
   * The fate of a transaction that is in the way, which is aborted first where it may be: its time is over, or it is
   * junior to the transaction that it is in the way of. So of transactions that meet each other one gets through.
   */
  async settledFate(
    tenant: Tenant,
    transaction: string,
    writer: Seniority | undefined,
    deadline: number,
  ): Promise<Fate> {
    const record = await this.find(tenant, transaction, deadline)
    if (record?.state !== 'pending') return record?.state ?? 'missing'
    if (!this.isExpired(record) && !(writer && isSenior(writer, record))) return 'pending'
    return this.abort(tenant, transaction, deadline)
  }

  /** Whether its time is over, even by a clock that is behind this one. */
  isExpired({ expiresAt }: TransactionRecord): boolean {
    return this.#context.clock.now() > expiresAt + this.#context.settings.clockSkewMs
  }
}
