import type { DatabaseSync } from 'node:sqlite'
import type { Tenant } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { ParameterStore } from '#service/ports/parameter-store.ts'
import type {
  CommitRequest,
  CommitResult,
  DeletedPage,
  DeletedRequest,
  HistoryPage,
  HistoryRequest,
  ResourceStore,
  VersionHint,
} from '#service/ports/resource-store.ts'
import type { ResourceKey, StoredVersion } from '#service/ports/stored-version.ts'
import type { DictionaryReader } from './dictionary-reader.ts'
import { HistoryReader } from './history-reader.ts'
import { RowStatement } from './rows.ts'
import { FoundHit } from './search/found-hit.ts'
import { Snapshot } from './snapshot.ts'
import { VERSION_COLUMNS, type VersionRow, versionOf } from './version-row.ts'
import { encodeCommit } from './wire.ts'
import type { WriterClient } from './writer-client.ts'

export interface EmbeddedStoreParts {
  readonly database: DatabaseSync
  readonly dictionary: DictionaryReader
  readonly writer: WriterClient
  /** What the deadlines of requests are in. */
  readonly clock: Clock
  readonly parameters: ParameterStore
}

/** Reads on this thread's own connection; commits go to the writer. */
export class EmbeddedResourceStore implements ResourceStore {
  readonly indexing = 'on-commit'
  readonly parameters: ParameterStore
  readonly #dictionary: DictionaryReader
  readonly #writer: WriterClient
  readonly #clock: Clock
  readonly #history: HistoryReader
  readonly #snapshot: Snapshot
  readonly #newest: RowStatement<VersionRow>
  readonly #numbered: RowStatement<VersionRow>
  readonly #claim: RowStatement<[type: string, id: string]>
  readonly #last: RowStatement<[seq: number | null]>
  readonly #deletedFrom: RowStatement<[type: string, id: string]>

  constructor({ database, dictionary, writer, clock, parameters }: EmbeddedStoreParts) {
    this.parameters = parameters
    this.#dictionary = dictionary
    this.#writer = writer
    this.#clock = clock
    this.#history = new HistoryReader(database, dictionary)
    this.#snapshot = new Snapshot(database)
    this.#newest = new RowStatement(
      database,
      `SELECT ${VERSION_COLUMNS} FROM resource r JOIN version v ON v.seq = r.seq WHERE r.kind = ? AND r.id = ?`,
    )
    this.#numbered = new RowStatement(
      database,
      `SELECT ${VERSION_COLUMNS} FROM resource r JOIN version v ON v.key = r.key AND v.version = ?
       WHERE r.kind = ? AND r.id = ?`,
    )
    this.#claim = new RowStatement(database, 'SELECT type, id FROM claim WHERE tenant = ? AND claim = ?')
    this.#last = new RowStatement(database, 'SELECT max(seq) FROM version')
    // A list is JSON, and no id has a quote.
    this.#deletedFrom = new RowStatement(
      database,
      `SELECT k.type, r.id FROM kind k JOIN resource r ON r.kind = k.id JOIN version v ON v.seq = r.seq
       WHERE k.tenant = ? AND r.deleted = 1 AND instr(v.compartments, ?) > 0`,
    )
  }

  async readNewest(
    tenant: Tenant,
    references: readonly VersionHint[],
    deadline: number,
  ): Promise<(StoredVersion | undefined)[]> {
    this.#assertInTime(deadline)
    const rows = references.map(reference => FoundHit.rowOf(tenant, reference))
    const read = ({ type, id }: VersionHint, index: number): StoredVersion | undefined => {
      const row = rows[index] ?? this.#newestRow(tenant, type, id)
      return row && versionOf(type, id, row)
    }
    if (references.length === 1 || !rows.includes(undefined)) return references.map(read)
    // One lock for all of them instead of one each, and all as of one commit.
    return this.#snapshot.of(() => references.map(read))
  }

  #newestRow(tenant: Tenant, type: string, id: string): VersionRow | undefined {
    const kind = this.#dictionary.kind(tenant, type)
    return kind === undefined ? undefined : this.#newest.get(kind, id)
  }

  async readVersion(
    tenant: Tenant,
    { type, id }: ResourceKey,
    versionId: number,
    deadline: number,
  ): Promise<StoredVersion | undefined> {
    this.#assertInTime(deadline)
    const kind = this.#dictionary.kind(tenant, type)
    const row = kind === undefined ? undefined : this.#numbered.get(versionId, kind, id)
    return row && versionOf(type, id, row)
  }

  async history(tenant: Tenant, request: HistoryRequest): Promise<HistoryPage> {
    this.#assertInTime(request.deadline)
    return this.#history.read(tenant, request)
  }

  async deletedFrom(tenant: Tenant, { compartment, deadline }: DeletedRequest): Promise<DeletedPage> {
    this.#assertInTime(deadline)
    const rows = this.#deletedFrom.all(tenant, JSON.stringify(compartment))
    return { keys: rows.map(([type, id]) => ({ type, id })), next: undefined, until: undefined }
  }

  async commit(tenant: Tenant, request: CommitRequest): Promise<CommitResult> {
    // The writer measures by this machine's clock, whatever clock the deadline is in.
    const expires = () => Date.now() + request.deadline - this.#clock.now()
    if (!request.confirm) return this.#writer.commit(encodeCommit(tenant, request, expires()))
    // Whatever is committed up to here is seen by whoever looks now; what comes behind, the writer knows of.
    const seen = this.#last.get()?.[0] ?? -1
    const refused = await request.confirm()
    if (refused) return { committed: false, conflict: { kind: 'unconfirmed', fault: refused } }
    return this.#writer.commit(encodeCommit(tenant, request, expires(), seen))
  }

  async purge(tenant: Tenant, { type, id }: ResourceKey, versionId: number, deadline: number): Promise<boolean> {
    this.#assertInTime(deadline)
    const { committed } = await this.#writer.purge({ tenant, type, id, versionId })
    return committed
  }

  async readClaim(tenant: Tenant, claim: string, deadline: number): Promise<ResourceKey | undefined> {
    this.#assertInTime(deadline)
    const row = this.#claim.get(tenant, claim)
    return row && { type: row[0], id: row[1] }
  }

  #assertInTime(deadline: number): void {
    if (this.#clock.now() > deadline) {
      throw fault('unavailable', 'The server was too busy to read this in time.', { retryAfterSeconds: 1 })
    }
  }
}
