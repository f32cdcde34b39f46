import type { Tenant } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import type {
  Change,
  CommitRequest,
  CommitResult,
  HistoryPage,
  HistoryRequest,
  ResourceStore,
  VersionHint,
} from '#service/ports/resource-store.ts'
import type { ResourceKey, StoredVersion } from '#service/ports/stored-version.ts'
import { Bodies } from './bodies.ts'
import { ChangeHistory } from './change-history.ts'
import { Claims } from './claims.ts'
import { commitDirectly } from './direct-commit.ts'
import { Finalizer, type FinishedAs } from './finalizer.ts'
import { itemBytes } from './item-size.ts'
import { addressOf } from './keys.ts'
import type { Pace } from './pace.ts'
import { claimPlacement, type Placement, versionConflict, versionPlacement } from './placements.ts'
import { Predecessors } from './predecessors.ts'
import { Purge } from './purge.ts'
import { ResourceHistory } from './resource-history.ts'
import { RetryingTable } from './retrying-table.ts'
import { Slots } from './slots.ts'
import { StagedCommit } from './staged-commit.ts'
import { DEFAULT_STORE_SETTINGS, type StoreContext, type StoreSettings } from './store-context.ts'
import type { Table } from './table.ts'
import { TransactionSweeper } from './transaction-sweeper.ts'
import { Transactions } from './transactions.ts'
import { TypeRegistry } from './type-registry.ts'
import { timeOf, type VersionItem } from './version-item.ts'
import { VersionReader } from './version-reader.ts'
import { Watermark } from './watermark.ts'
import { markNumber, WriteMarks } from './write-marks.ts'

export interface DynamoStoreParts extends Omit<StoreContext, 'settings' | 'table'> {
  readonly table: Table
  readonly pace: Pace
  readonly settings?: Partial<StoreSettings>
}

/** Versions, claims and transactions in one table; large bodies in an overflow store. */
export class DynamoResourceStore implements ResourceStore {
  readonly indexing = 'later'
  /** What has been written and not indexed, where settings.marksWrites says so. */
  readonly marks: WriteMarks
  /** Transactions that everybody has left. */
  readonly overdue: TransactionSweeper
  readonly #context: StoreContext
  readonly #reader: VersionReader
  readonly #predecessors: Predecessors
  readonly #bodies: Bodies
  readonly #claims: Claims
  readonly #slots: Slots
  readonly #finalizer: Finalizer
  readonly #staged: StagedCommit
  readonly #types: TypeRegistry
  readonly #watermark: Watermark
  readonly #purge: Purge
  readonly #resourceHistory: ResourceHistory
  readonly #changeHistory: ChangeHistory

  constructor({ table, pace, settings, ...parts }: DynamoStoreParts) {
    const context: StoreContext = {
      ...parts,
      table: new RetryingTable(table, { clock: parts.clock, pace }),
      settings: { ...DEFAULT_STORE_SETTINGS, ...settings },
    }
    const transactions = new Transactions(context)
    this.#context = context
    this.marks = new WriteMarks(context)
    this.#reader = new VersionReader(context, transactions)
    this.#predecessors = new Predecessors(this.#reader)
    this.#bodies = new Bodies(context)
    this.#claims = new Claims(context, transactions)
    this.#slots = new Slots(context, transactions)
    this.#finalizer = new Finalizer(context, transactions)
    this.#staged = new StagedCommit(context, transactions, this.#finalizer)
    this.#types = new TypeRegistry(context)
    this.#watermark = new Watermark(context, transactions)
    this.overdue = new TransactionSweeper(context, this.#finalizer, this.#watermark)
    this.#purge = new Purge(context, this.#reader)
    this.#resourceHistory = new ResourceHistory(context, this.#reader)
    this.#changeHistory = new ChangeHistory(context, this.#types, this.#watermark)
  }

  async readNewest(
    tenant: Tenant,
    references: readonly VersionHint[],
    deadline: number,
  ): Promise<(StoredVersion | undefined)[]> {
    const items = await this.#reader.newestOfMany(tenant, references, deadline)
    const present = items.filter(isPresent)
    for (const item of present) this.#predecessors.remember(item)
    const versions = await this.#bodies.load(present, deadline)
    let next = 0
    return items.map(item => item && versions[next++])
  }

  async readVersion(
    tenant: Tenant,
    key: ResourceKey,
    versionId: number,
    deadline: number,
  ): Promise<StoredVersion | undefined> {
    const item = await this.#reader.numbered(tenant, key, versionId, deadline)
    return item && this.#bodies.loadOne(item, deadline)
  }

  async history(tenant: Tenant, request: HistoryRequest): Promise<HistoryPage> {
    const { type, id } = request
    const { items, next, total } =
      type !== undefined && id !== undefined
        ? await this.#resourceHistory.read(tenant, { type, id }, request)
        : await this.#changeHistory.read(tenant, request)
    return { versions: await this.#bodies.load(items, request.deadline), next, total }
  }

  async commit(tenant: Tenant, request: CommitRequest): Promise<CommitResult> {
    const { changes, claims = [], deadline } = request
    if (changes.length + claims.length === 0) return { committed: true }
    const { ids, settings, clock } = this.#context
    const conflict = await this.#predecessors.findConflict(tenant, changes, deadline)
    if (conflict) return { committed: false, conflict }
    await this.#types.register(tenant, new Set(changes.map(({ type }) => type)), deadline)
    const nonce = ids.nonce()
    const drafted = await this.#bodies.draft(tenant, changes, nonce, deadline)
    const drafts = settings.marksWrites
      ? drafted.map((draft, index) => ({ ...draft, mark: markNumber(index) }))
      : drafted
    const placements = [
      ...drafts.map(draft => versionPlacement(tenant, draft, this.#slots, settings.shardsOf)),
      ...claims.map(claim => claimPlacement(tenant, claim, nonce, this.#claims)),
    ]
    const oldest = drafts.reduce((least, draft) => Math.min(least, timeOf(draft)), clock.now())
    const write = () =>
      this.#fitsOneRequest(placements)
        ? commitDirectly(this.#context, { placements, nonce, oldest, deadline })
        : this.#staged.commit(tenant, {
            transaction: nonce,
            placements,
            content: { versions: drafts.map(listed), claims: claims.map(({ claim }) => claim) },
            overtaken: overtakenBy(drafts),
            oldest,
            deadline,
          })
    const result = settings.marksWrites ? await this.#marked(tenant, changes, nonce, deadline, write) : await write()
    if (!result.committed) await this.#bodies.discard(drafts, deadline)
    return result
  }

  /** Writes and marks at the same time; the answer waits for both. What was not written is not marked in the end. */
  async #marked(
    tenant: Tenant,
    changes: readonly Change[],
    nonce: string,
    deadline: number,
    write: () => Promise<CommitResult>,
  ): Promise<CommitResult> {
    const [written, marked] = await Promise.allSettled([write(), this.marks.put(tenant, changes, nonce, deadline)])
    const { logger } = this.#context
    // What is committed is answered so, and found by searches once the worker has indexed it.
    if (marked.status === 'rejected') logger.warn('A commit could not be marked as not indexed yet')
    if (written.status === 'rejected') throw written.reason
    if (!written.value.committed) {
      await this.marks
        .remove(tenant, changes.length, nonce, deadline)
        .catch(() => logger.warn('The mark of a commit that came to nothing was left behind'))
    }
    return written.value
  }

  readClaim(tenant: Tenant, claim: string, deadline: number): Promise<ResourceKey | undefined> {
    return this.#claims.read(tenant, claim, deadline)
  }

  purge(tenant: Tenant, key: ResourceKey, versionId: number, deadline: number): Promise<boolean> {
    return this.#purge.below(tenant, key, versionId, deadline)
  }

  /** Up to when `history` of types and of the tenant is complete: no version of that time or before comes any more. */
  watermark(tenant: Tenant, deadline: number): Promise<number> {
    return this.#watermark.read(tenant, deadline)
  }

  /** For the worker that learns of a transaction from the stream. May be done twice, and beside the committer. */
  finish(tenant: Tenant, transaction: string, deadline: number): Promise<FinishedAs> {
    return this.#finalizer.finish(tenant, transaction, deadline)
  }

  #fitsOneRequest(placements: readonly Placement[]): boolean {
    const { transactActionsMax, transactBytesMax } = this.#context.settings
    if (placements.length === 1) return true
    if (placements.length > transactActionsMax) return false
    return placements.reduce((sum, { put, first }) => sum + itemBytes(put(first).item), 0) <= transactBytesMax
  }
}

const isPresent = (item: VersionItem | undefined): item is VersionItem => item !== undefined

const listed = (draft: VersionItem) => ({ ...addressOf(draft), lastUpdated: timeOf(draft) })

function overtakenBy([first]: readonly VersionItem[]) {
  invariant(first, 'a staged commit has changes')
  return versionConflict(first)
}
