/** Commits of any size: versions are put one by one, undecided, and one record decides about all of them. */
import type { Tenant } from '#service/call.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import type { CommitRequest, CommitResult } from '#service/ports/resource-store.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { COMMITTED } from './direct-commit.ts'
import type { Finalizer } from './finalizer.ts'
import type { Holds } from './holds.ts'
import { keyOf } from './keys.ts'
import { type Conflict, isConflict, type Placement } from './placements.ts'
import type { StoreContext } from './store-context.ts'
import type { WriteOutcome } from './table.ts'
import { assertTimely } from './timeliness.ts'
import {
  chunkPuts,
  committing,
  opening,
  recordOf,
  type Seniority,
  type TransactionContent,
} from './transaction-record.ts'
import type { Transactions } from './transactions.ts'
import { transactionOf } from './version-item.ts'

export interface StagedWrites {
  /** Never used before; also the nonce in every item that this commit writes. */
  readonly transaction: string
  /** At least one. */
  readonly placements: readonly Placement[]
  /** What is to be asked once the tombstones are staged, and of what they are. */
  readonly confirm: CommitRequest['confirm']
  readonly deleted: readonly ResourceKey[]
  /** The same as a list for those who finish what we may not. */
  readonly content: TransactionContent
  /** What to say where others abort us. */
  readonly overtaken: Conflict
  /** Written by the step that decides, and not before. */
  readonly parameters: Placement | undefined
  /** The earliest lastUpdated. */
  readonly oldest: number
  readonly deadline: number
}

/** For finding out, past the deadline, what has become of a commit. */
const GRACE_MS = 2000

export class StagedCommit {
  readonly #context: StoreContext
  readonly #transactions: Transactions
  readonly #finalizer: Finalizer
  readonly #holds: Holds

  constructor(context: StoreContext, transactions: Transactions, finalizer: Finalizer, holds: Holds) {
    this.#context = context
    this.#transactions = transactions
    this.#finalizer = finalizer
    this.#holds = holds
  }

  /** @throws Fault where it is not committed for want of time, or where nobody can tell. */
  async commit(tenant: Tenant, writes: StagedWrites): Promise<CommitResult> {
    let conflict: Conflict | undefined
    try {
      const openedAt = await this.#open(tenant, writes)
      const writer = { transaction: writes.transaction, openedAt }
      conflict = (await this.#stage(writes, writer)) ?? (await this.#hold(tenant, writes, writer))
    } catch (error) {
      await this.#abandon(tenant, writes)
      throw error
    }
    if (conflict) {
      await this.#abandon(tenant, writes)
      return { committed: false, conflict }
    }
    if (!(await this.#decide(tenant, writes))) return { committed: false, conflict: writes.overtaken }
    await this.#finalize(tenant, writes)
    return COMMITTED
  }

  /**
   * The record comes before any version, and what it lists before any version as well. Its time counts once the put is
   * acknowledged: whoever promises completeness beyond `oldest` from then on has seen the transaction as open.
   * @returns when it was opened.
   */
  async #open(tenant: Tenant, { transaction, content, oldest, deadline }: StagedWrites): Promise<number> {
    const { table, clock, ids, settings } = this.#context
    const openedAt = clock.now()
    const chunks = chunkPuts(tenant, transaction, content, openedAt)
    const record = opening(tenant, { transaction, openedAt, expiresAt: deadline, oldest, chunks: chunks.length })
    const puts = [
      // Refused only where it is there already, by an attempt of ours whose answer was lost.
      () => table.transact(record, ids.nonce(), deadline),
      ...chunks.map(chunk => () => table.write(chunk, deadline)),
    ]
    await mapConcurrently<() => Promise<unknown>, unknown>(puts, settings.concurrencyMax, put => put())
    assertTimely(this.#context, oldest)
    return openedAt
  }

  async #stage({ placements, deadline }: StagedWrites, writer: Seniority): Promise<Conflict | undefined> {
    const { settings } = this.#context
    let conflict: Conflict | undefined
    await mapConcurrently(placements, settings.concurrencyMax, async placement => {
      if (conflict) return
      const found = await this.#stageOne(placement, writer, deadline)
      conflict ??= found
    })
    return conflict
  }

  async #stageOne(placement: Placement, writer: Seniority, deadline: number): Promise<Conflict | undefined> {
    const { transaction } = writer
    let condition = placement.first
    for (;;) {
      const outcome = await this.#context.table.write(placement.stage(condition, transaction), deadline)
      if (outcome.done || outcome.found?.nonce === transaction) return undefined
      const answer = await placement.retry(outcome.found, writer, deadline)
      if (isConflict(answer)) return answer
      condition = answer
    }
  }

  /** When everything is staged: first what others can see of us, then what we see of them. */
  async #hold(
    tenant: Tenant,
    { content, deleted, confirm, deadline }: StagedWrites,
    writer: Seniority,
  ): Promise<Conflict | undefined> {
    const { concurrencyMax } = this.#context.settings
    await mapConcurrently(content.holds, concurrencyMax, target => this.#holds.put(tenant, target, writer, deadline))
    let conflict: Conflict | undefined
    await mapConcurrently(content.holds, concurrencyMax, async target => {
      if (conflict) return
      const answer = await this.#holds.check(tenant, target, writer, deadline)
      if (answer.kind !== 'check') conflict ??= answer
    })
    if (conflict || !confirm) return conflict
    const held = await this.#holds.findHeld(tenant, deleted, writer, deadline)
    if (held) return held
    const fault = await confirm()
    return fault && { kind: 'unconfirmed', fault }
  }

  /** The one atomic step. @returns whether it is committed; it certainly is not where this is false. */
  async #decide(tenant: Tenant, writes: StagedWrites): Promise<boolean> {
    const { transaction, parameters, deadline } = writes
    try {
      const outcome = parameters
        ? await this.#decideWith(tenant, writes, parameters)
        : await this.#context.table.write(committing(tenant, transaction), deadline)
      if (outcome.done) return true
      if (outcome.found) return recordOf(outcome.found).state === 'committed'
      return await this.#isFinal(writes, deadline)
    } catch (error) {
      if (await this.#isCommittedAfterAll(tenant, writes).catch(() => false)) return true
      throw error
    }
  }

  /** The decision, and what has to be so with it. Rejects where that can't be: it is not committed then. */
  async #decideWith(
    tenant: Tenant,
    { transaction, deadline }: StagedWrites,
    parameters: Placement,
  ): Promise<WriteOutcome> {
    const { table, ids } = this.#context
    const both = [committing(tenant, transaction), parameters.put(parameters.first)]
    const outcome = await table.transact(both, ids.nonce(), deadline)
    if (outcome.done) return outcome
    const [decided, refused] = outcome.refusals
    if (!decided) await parameters.retry(refused?.found, undefined, deadline)
    return { done: false, found: decided?.found }
  }

  /** Without a clear answer: aborting tells whether it was committed, and makes sure that it never will be. */
  async #isCommittedAfterAll(tenant: Tenant, writes: StagedWrites): Promise<boolean> {
    const deadline = this.#context.clock.now() + GRACE_MS
    const fate = await this.#transactions.abort(tenant, writes.transaction, deadline)
    if (fate === 'missing') return this.#isFinal(writes, deadline)
    return fate === 'committed'
  }

  /** The record is gone: it was finalized, or aborted, long ago. Our own version tells which. */
  async #isFinal({ placements, transaction }: StagedWrites, deadline: number): Promise<boolean> {
    const [placement] = placements
    const item = placement && (await this.#context.table.get(keyOf(placement.key), deadline))
    return item?.nonce === transaction && transactionOf(item) === undefined
  }

  /** Others would abort it once its time is over; so that they need not wait for that. */
  async #abandon(tenant: Tenant, { transaction }: StagedWrites): Promise<void> {
    const { clock, logger } = this.#context
    try {
      await this.#transactions.abort(tenant, transaction, clock.now() + GRACE_MS)
    } catch {
      logger.warn('A transaction that failed is left to expire', { transaction })
    }
  }

  /** What is not done here is done by the worker on the stream, and by whoever reads meanwhile. */
  async #finalize(tenant: Tenant, { transaction, content, deadline }: StagedWrites): Promise<void> {
    try {
      await this.#finalizer.finalize(tenant, transaction, content, deadline)
    } catch {
      this.#context.logger.warn('A committed transaction is left to be finalized by others', { transaction })
    }
  }
}
