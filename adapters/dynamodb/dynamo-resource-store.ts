import type { Tenant } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import type {
  CommitRequest,
  CommitResult,
  DeletedPage,
  DeletedRequest,
  HistoryPage,
  HistoryRequest,
  ResourceStore,
  Target,
  VersionHint,
} from '#service/ports/resource-store.ts'
import type { SearchWriter } from '#service/ports/search-writer.ts'
import type { ResourceKey, StoredVersion } from '#service/ports/stored-version.ts'
import { Bodies } from './bodies.ts'
import { ChangeHistory } from './change-history.ts'
import { Claims } from './claims.ts'
import { DeletedResources } from './deleted-resources.ts'
import { type CheckedTarget, commitDirectly } from './direct-commit.ts'
import { DynamoParameterSource } from './dynamo-parameter-source.ts'
import { DynamoParameterStore } from './dynamo-parameter-store.ts'
import { Finalizer, type FinishedAs } from './finalizer.ts'
import { Holds, untouched } from './holds.ts'
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
  /** Where index documents go; without it a tenant's own search parameters are stored and have no effect. */
  readonly writer?: SearchWriter
  /** Absolute references below it count as local in them. */
  readonly baseUrl?: string | undefined
}

/** Versions, claims and transactions in one table; large bodies in an overflow store. */
export class DynamoResourceStore implements ResourceStore {
  readonly indexing = 'later'
  readonly parameters: DynamoParameterStore | undefined
  /** For those who make index documents. */
  readonly ownParameters: DynamoParameterSource
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
  readonly #holds: Holds
  readonly #staged: StagedCommit
  readonly #types: TypeRegistry
  readonly #watermark: Watermark
  readonly #purge: Purge
  readonly #resourceHistory: ResourceHistory
  readonly #changeHistory: ChangeHistory
  readonly #deleted: DeletedResources

  constructor({ table, pace, settings, writer, baseUrl, ...rest }: DynamoStoreParts) {
    const context: StoreContext = {
      ...rest,
      table: new RetryingTable(table, { clock: rest.clock, pace }),
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
    this.#holds = new Holds(context, transactions, this.#reader)
    this.#staged = new StagedCommit(context, transactions, this.#finalizer, this.#holds)
    this.#types = new TypeRegistry(context)
    this.#watermark = new Watermark(context, transactions)
    this.overdue = new TransactionSweeper(context, this.#finalizer, this.#watermark)
    this.#purge = new Purge(context, this.#reader)
    this.#resourceHistory = new ResourceHistory(context, this.#reader)
    this.#changeHistory = new ChangeHistory(context, this.#types, this.#watermark)
    this.#deleted = new DeletedResources(context, this.#types, this.#watermark)
    const parts = { context, reader: this.#reader, bodies: this.#bodies }
    const source = new DynamoParameterSource(parts)
    this.ownParameters = source
    this.parameters =
      writer && new DynamoParameterStore({ ...parts, pace, source, types: this.#types, writer, baseUrl })
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
    const { changes, claims = [], refersTo = [], confirm, deadline } = request
    if (changes.length + claims.length === 0) return { committed: true }
    const { ids, settings, clock } = this.#context
    // Before anything is staged: readers of what may not be deleted would go past it for ever.
    const refused = await confirm?.()
    if (refused) return { committed: false, conflict: { kind: 'unconfirmed', fault: refused } }
    const conflict = await this.#predecessors.findConflict(tenant, changes, deadline)
    if (conflict) return { committed: false, conflict }
    await this.#types.register(tenant, new Set(changes.map(({ type }) => type)), deadline)
    const nonce = ids.nonce()
    const parameters = await this.#parametersOf(tenant, request, nonce)
    const drafted = await this.#bodies.draft(tenant, changes, nonce, deadline)
    const drafts = settings.marksWrites
      ? drafted.map((draft, index) => ({ ...draft, mark: markNumber(index) }))
      : drafted
    const placements = [
      ...drafts.map(draft => versionPlacement(tenant, draft, this.#slots, settings.shardsOf)),
      ...claims.map(claim => claimPlacement(tenant, claim, nonce, this.#claims)),
    ]
    const inOneRequest = parameters ? [...placements, parameters] : placements
    const oldest = drafts.reduce((least, draft) => Math.min(least, timeOf(draft)), clock.now())
    const write = () =>
      !confirm && this.#fitsOneRequest(inOneRequest, refersTo.length)
        ? commitDirectly(this.#context, {
            placements: inOneRequest,
            targets: this.#checked(tenant, refersTo),
            nonce,
            oldest,
            deadline,
          })
        : this.#staged.commit(tenant, {
            transaction: nonce,
            placements,
            content: { versions: drafts.map(listed), claims: claims.map(({ claim }) => claim), holds: refersTo },
            confirm,
            deleted: changes.filter(({ body }) => body === undefined),
            overtaken: overtakenBy(drafts),
            parameters,
            oldest,
            deadline,
          })
    const result = settings.marksWrites ? await this.#marked(tenant, request, nonce, write) : await write()
    if (!result.committed) await this.#bodies.discard(drafts, deadline)
    return result
  }

  /** What has to be written along where the changes put search parameters of the tenant in force, or out of it. */
  async #parametersOf(
    tenant: Tenant,
    { parameters, changes, deadline }: CommitRequest,
    nonce: string,
  ): Promise<Placement | undefined> {
    if (!parameters?.changed) return undefined
    return this.ownParameters.placement(tenant, { changes, revision: parameters.revision, nonce }, deadline)
  }

  #checked(tenant: Tenant, refersTo: readonly Target[]): readonly CheckedTarget[] {
    return refersTo.map(target => ({
      first: untouched(tenant, target),
      again: deadline => this.#holds.check(tenant, target, undefined, deadline),
    }))
  }

  /**
   * Writes and marks at the same time; the answer waits for both. What was not written is not marked in the end. What
   * has references held is marked before: whoever deletes their targets has to find it from the moment that it counts.
   */
  async #marked(
    tenant: Tenant,
    { changes, refersTo, deadline }: CommitRequest,
    nonce: string,
    write: () => Promise<CommitResult>,
  ): Promise<CommitResult> {
    const marking = this.marks.put(tenant, changes, nonce, deadline)
    if (refersTo) await marking
    const [written, marked] = await Promise.allSettled([write(), marking])
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

  deletedFrom(tenant: Tenant, request: DeletedRequest): Promise<DeletedPage> {
    return this.#deleted.page(tenant, request)
  }

  /** Up to when `history` of types and of the tenant is complete: no version of that time or before comes any more. */
  watermark(tenant: Tenant, deadline: number): Promise<number> {
    return this.#watermark.read(tenant, deadline)
  }

  /** For the worker that learns of a transaction from the stream. May be done twice, and beside the committer. */
  finish(tenant: Tenant, transaction: string, deadline: number): Promise<FinishedAs> {
    return this.#finalizer.finish(tenant, transaction, deadline)
  }

  #fitsOneRequest(placements: readonly Placement[], checks: number): boolean {
    const { transactActionsMax, transactBytesMax } = this.#context.settings
    if (placements.length + checks === 1) return true
    if (placements.length + checks > transactActionsMax) return false
    return placements.reduce((sum, { put, first }) => sum + itemBytes(put(first).item), 0) <= transactBytesMax
  }
}

const isPresent = (item: VersionItem | undefined): item is VersionItem => item !== undefined

const listed = (draft: VersionItem) => ({ ...addressOf(draft), lastUpdated: timeOf(draft) })

function overtakenBy([first]: readonly VersionItem[]) {
  invariant(first, 'a staged commit has changes')
  return versionConflict(first)
}
