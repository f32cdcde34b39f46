import type { DatabaseSync } from 'node:sqlite'
import type { CommitResult } from '#service/ports/resource-store.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { ClaimsWriter } from './claims-writer.ts'
import { ContainedWriter, type Container } from './contained-writer.ts'
import { DictionaryWriter } from './dictionary-writer.ts'
import { engineFailure } from './engine-errors.ts'
import { createEpoch, type Epoch, EpochWriter } from './epoch.ts'
import { IndexWriter } from './index-writer.ts'
import { RecentReferences } from './recent-references.ts'
import {
  type Cell,
  CellReader,
  type JobWrite,
  type PurgeTarget,
  type ReindexRequest,
  type WriteOutcome,
} from './wire.ts'
import { WordsWriter } from './words-writer.ts'
import { type WriterStatements, writerStatements } from './writer-statements.ts'

type Conflict = Extract<CommitResult, { readonly committed: false }>

/** A resource that a request changes, as it is before that. */
interface Target {
  readonly kind: number
  readonly id: string
  /** undefined: it never existed. */
  readonly key: number | undefined
  /** 0: it never existed. */
  readonly version: number
  readonly live: boolean
}

/** So many take a few milliseconds, which the next request may have to wait. */
const TEXTS_PER_STEP = 500

const COMMITTED: CommitResult = { committed: true }

const STALE: WriteOutcome = { failure: 'stale', message: 'The search parameters of the tenant have changed.' }

/** The one connection that writes. Requests are written in groups, so that many share a sync. */
export class Writer {
  readonly #database: DatabaseSync
  readonly #statements: WriterStatements
  readonly #dictionary: DictionaryWriter
  readonly #index: IndexWriter
  readonly #contained: ContainedWriter
  readonly #words: WordsWriter
  #nextKey = 0
  #nextSeq = 0
  /**
   * What the transaction changes in the counts of `kind`: kind, live resources, one after the other; a pair a version.
   */
  readonly #counts: number[] = []
  readonly #claims: ClaimsWriter
  readonly #references = new RecentReferences()
  /** Revisions of the search parameters of tenants, as far as they have been asked for. */
  readonly #revisions = new Map<string, number>()
  /** Whether something was purged since the words of deleted resources were last taken out of their index. */
  #holdsPurgedWords = false
  readonly #epoch: EpochWriter
  #failure: WriteOutcome = { failure: 'failed', message: '' }

  constructor(database: DatabaseSync, epoch: Epoch = createEpoch()) {
    this.#database = database
    this.#epoch = new EpochWriter(epoch)
    this.#statements = writerStatements(database)
    this.#claims = new ClaimsWriter(this.#statements)
    this.#dictionary = new DictionaryWriter(database, () => this.#epoch.unsettle())
    this.#words = new WordsWriter(database)
    this.#index = new IndexWriter(database, this.#dictionary, this.#words)
    const nextKey = () => this.#nextKey++
    this.#contained = new ContainedWriter({ database, dictionary: this.#dictionary, index: this.#index, nextKey })
    this.#readCounters()
  }

  /**
   * Writes what can be written and answers once it is on the disk. Where the engine fails, nothing is there of the
   * requests it failed for.
   */
  writeGroup(requests: readonly (readonly Cell[])[], now: () => number): WriteOutcome[] {
    const outcomes = this.#transact(requests, now())
    if (outcomes) return outcomes
    // One of them spoils it for all: each for itself shows which.
    return requests.map(cells => this.#transact([cells], now())?.[0] ?? this.#failure)
  }

  acknowledge(consumer: string, position: number): void {
    this.#statements.acknowledge.run(consumer, position)
  }

  /**
   * What is below the tombstone goes, in a transaction of its own, and its pages are overwritten. The index has nothing
   * of it since the tombstone was written, but single texts without who had them, and its words until `dropWords`.
   */
  purge({ tenant, type, id, versionId }: PurgeTarget): WriteOutcome {
    const statements = this.#statements
    try {
      statements.begin.run()
      const { kind, key, version, live } = this.#findTarget(tenant, type, id)
      const isTombstone = key !== undefined && version === versionId && !live
      if (isTombstone) {
        this.#database.exec('PRAGMA secure_delete = ON')
        statements.uncount.run(statements.purge.run(key, versionId).changes, kind)
        this.#holdsPurgedWords = true
      }
      this.#commit()
      return isTombstone ? COMMITTED : { committed: false, conflict: { kind: 'version', type, id } }
    } catch (error) {
      this.#abandon()
      return engineFailure(error)
    } finally {
      this.#database.exec('PRAGMA secure_delete = OFF')
    }
  }

  /**
   * `full_text` marks what is deleted, and drops it where it merges its parts: after a purge that has to be done. Takes
   * a second for half a million resources.
   */
  dropWords(): void {
    if (!this.#holdsPurgedWords) return
    while (this.addWords());
    try {
      this.#database.exec('PRAGMA secure_delete = ON')
      this.#database.exec("INSERT INTO full_text (full_text) VALUES ('optimize')")
      this.#holdsPurgedWords = false
    } catch {
      // Tried again when the writer is idle the next time.
    } finally {
      this.#database.exec('PRAGMA secure_delete = OFF')
    }
  }

  /** One job, new or in the place of one revision of it; a conflict where that is not there. */
  writeJob({ tenant, id, revision, state, due, expires, text, replaces, now }: JobWrite): WriteOutcome {
    const statements = this.#statements
    try {
      statements.begin.run()
      const { changes } =
        replaces === undefined
          ? statements.insertJob.run(tenant, id, revision, state, due, expires, text)
          : statements.replaceJob.run(revision, state, due, expires, text, tenant, id, replaces)
      statements.dropJobs.run(now)
      statements.commit.run()
      return Number(changes) === 1 ? COMMITTED : { committed: false, conflict: { kind: 'version', type: 'Job', id } }
    } catch (error) {
      this.#abandon()
      return engineFailure(error)
    }
  }

  /** Makes some more texts known to `text_trigram`. Whether there may be still more. */
  addTrigrams(): boolean {
    const statements = this.#statements
    try {
      statements.begin.run()
      const added = Number(statements.addTrigrams.run(TEXTS_PER_STEP).changes)
      statements.moveTrigrams.run(TEXTS_PER_STEP)
      statements.commit.run()
      return added === TEXTS_PER_STEP
    } catch {
      // Nothing is lost by it: searches look at texts without trigrams one by one.
      this.#abandon()
      return false
    }
  }

  /** Whether words are to be added before anything else is written. */
  get isBehindWithWords(): boolean {
    return this.#words.isBehind
  }

  /** Moves some fresh words into their index. Whether there may be still more. */
  addWords(): boolean {
    const statements = this.#statements
    if (this.#words.fresh === 0) return false
    try {
      statements.begin.run()
      this.#words.step()
      statements.commit.run()
      return this.#words.fresh > 0
    } catch {
      // Nothing is lost by it: searches look at fresh words one by one.
      this.#abandon()
      return false
    }
  }

  /** Moves the log into the main file as far as readers allow. */
  checkpoint(): void {
    try {
      this.#statements.checkpoint.get()
    } catch {
      // A full disk. The log has it all; it is moved the next time.
    }
  }

  /**
   * One transaction, one sync. undefined: none of it was written. A conflict is found before anything of its request is
   * written, so that only a failure of the engine ends here, and no savepoint has to copy every page a request touches.
   */
  #transact(requests: readonly (readonly Cell[])[], now: number): WriteOutcome[] | undefined {
    try {
      this.#statements.begin.run()
      const outcomes = requests.map(cells => this.#write(cells, now))
      this.#saveCounts()
      this.#commit()
      return outcomes
    } catch (error) {
      this.#failure = engineFailure(error)
      this.#abandon()
      return undefined
    }
  }

  #write(cells: readonly Cell[], now: number): WriteOutcome {
    const reader = new CellReader(cells)
    const tenant = reader.text()
    if (reader.number() < now) return { failure: 'expired', message: 'The deadline had passed before it was written.' }
    const revision = reader.optionalNumber()
    if (revision !== null && revision !== this.#revisionOf(tenant)) return STALE
    const changesParameters = reader.number() === 1
    const changeCount = reader.number()
    const claimCount = reader.number()
    const referenceCount = reader.number()
    const confirmedAt = reader.optionalNumber()
    const targets = this.#checkChanges(tenant, changeCount, reader)
    if (!Array.isArray(targets)) return targets
    const claims = this.#claims.check(tenant, claimCount, reader)
    if (!Array.isArray(claims)) return claims
    const referred = this.#checkReferences(tenant, referenceCount, reader)
    if (!Array.isArray(referred)) return referred
    const met = confirmedAt === null ? undefined : this.#references.firstSince(tenant, confirmedAt, reader)
    if (met) return { committed: false, conflict: { kind: 'reference', ...met } }
    for (const claim of claims) this.#claims.put(tenant, claim, now)
    for (const target of targets) this.#writeChange(tenant, target, reader)
    for (const { type, id } of referred) this.#references.note(tenant, type, id, this.#nextSeq - 1)
    if (changesParameters) {
      this.#epoch.unsettle()
      this.#statements.changeOwnParameters.run(tenant)
      this.#revisions.delete(tenant)
    }
    return COMMITTED
  }

  /** Index rows of resources that have not changed, by the search parameters that there are now. */
  reindex({ tenant, revision, resources }: ReindexRequest): WriteOutcome {
    try {
      if (revision !== this.#revisionOf(tenant)) return STALE
      this.#statements.begin.run()
      for (const cells of resources) {
        const reader = new CellReader(cells)
        const { kind, key, version, live } = this.#findTarget(tenant, reader.text(), reader.text())
        if (key !== undefined && live && version === reader.number()) {
          this.#index.replaceValues(key, tenant, kind, reader)
          this.#contained.replaceValues({ tenant, ...this.#placeOf(key) }, reader)
        }
      }
      this.#commit()
      return COMMITTED
    } catch (error) {
      this.#abandon()
      return engineFailure(error)
    }
  }

  #placeOf(key: number): Omit<Container, 'tenant'> {
    const { version, seq, last_updated } = this.#statements.findPlace.get(key) ?? {}
    return { key, version: Number(version), seq: Number(seq), lastUpdated: Number(last_updated) }
  }

  #revisionOf(tenant: string): number {
    const known = this.#revisions.get(tenant)
    if (known !== undefined) return known
    const revision = Number(this.#statements.ownParameters.get(tenant)?.revision ?? 0)
    this.#revisions.set(tenant, revision)
    return revision
  }

  #checkChanges(tenant: string, count: number, reader: CellReader): Target[] | Conflict {
    const targets: Target[] = []
    const seen = new Set<string>()
    for (let index = 0; index < count; index++) {
      const type = reader.text()
      const id = reader.text()
      const version = reader.number()
      const target = this.#findTarget(tenant, type, id)
      // Named twice, a resource can't be at the version that both expect.
      const again = count > 1 && seen.size === seen.add(`${type}/${id}`).size
      if (again || version !== target.version + 1) {
        return { committed: false, conflict: { kind: 'version', type, id } }
      }
      targets.push(target)
    }
    return targets
  }

  #findTarget(tenant: string, type: string, id: string): Target {
    const kind = this.#dictionary.kind(tenant, type)
    const row = this.#statements.findResource.get(kind, id)
    if (!row) return { kind, id, key: undefined, version: 0, live: false }
    return { kind, id, key: Number(row.key), version: Number(row.version), live: row.deleted === 0 }
  }

  #checkReferences(tenant: string, count: number, reader: CellReader): ResourceKey[] | Conflict {
    const referred: ResourceKey[] = []
    for (let index = 0; index < count; index++) {
      const key = { type: reader.text(), id: reader.text() }
      if (!this.#findTarget(tenant, key.type, key.id).live) {
        return { committed: false, conflict: { kind: 'reference', ...key } }
      }
      referred.push(key)
    }
    return referred
  }

  #writeChange(tenant: string, target: Target, reader: CellReader): void {
    const seq = this.#nextSeq++
    const version = target.version + 1
    const lastUpdated = reader.number()
    const method = reader.number()
    const body = reader.optionalText()
    const deleted = body === null ? 1 : 0
    const key = target.key ?? this.#nextKey++
    if (target.key === undefined) {
      this.#statements.insertResource.run(key, target.kind, target.id, version, seq, lastUpdated, deleted)
    } else {
      this.#statements.updateResource.run(version, seq, lastUpdated, deleted, key)
    }
    this.#statements.insertVersion.run(
      seq,
      key,
      version,
      target.kind,
      lastUpdated,
      method,
      deleted,
      reader.text(),
      reader.text(),
      reader.text(),
      reader.optionalText(),
      reader.text(),
      reader.text(),
      body,
    )
    if (target.live) this.#index.replace(key, tenant, target.kind, reader)
    else this.#index.insert(key, tenant, target.kind, reader)
    this.#contained.write({ tenant, key, version, seq, lastUpdated }, target.live, reader)
    this.#counts.push(target.kind, 1 - deleted - (target.live ? 1 : 0))
  }

  #saveCounts(): void {
    const live = new Map<number, number>()
    const versions = new Map<number, number>()
    for (let index = 0; index < this.#counts.length; index += 2) {
      const kind = this.#counts[index] ?? 0
      live.set(kind, (live.get(kind) ?? 0) + (this.#counts[index + 1] ?? 0))
      versions.set(kind, (versions.get(kind) ?? 0) + 1)
    }
    for (const [kind, count] of versions) this.#statements.addCounts.run(live.get(kind) ?? 0, count, kind)
    this.#counts.length = 0
  }

  #commit(): void {
    this.#statements.commit.run()
    this.#epoch.settle()
  }

  #abandon(): void {
    if (this.#database.isTransaction) this.#statements.rollback.run()
    this.#epoch.settle()
    this.#dictionary.forget()
    this.#words.recount()
    this.#counts.length = 0
    this.#revisions.clear()
    this.#readCounters()
  }

  #readCounters(): void {
    const row = this.#statements.counters.get()
    this.#nextKey = Number(row?.key) + 1
    this.#nextSeq = Number(row?.seq) + 1
  }
}
