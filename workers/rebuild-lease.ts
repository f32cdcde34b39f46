/** The record of a rebuild in the hands of the process that works on it. */
import { type Clock, fault, type RebuildRecord, type RebuildRecords } from '#service/index.ts'

export interface LeaseParts {
  readonly records: RebuildRecords
  readonly clock: Clock
  /** Never the same twice. */
  nonce(): string
}

/** Who is silent for so long is taken for dead. */
export const LEASE_MS = 120_000
const SAVE_AFTER_MS = 5_000
const CALL_MS = 30_000

/** Saved now and then, and whenever it must be: who has lost it stops. */
export class RebuildLease {
  readonly #parts: LeaseParts
  #record: RebuildRecord
  #savedAt: number
  #saving: Promise<void> = Promise.resolve()

  private constructor(parts: LeaseParts, record: RebuildRecord) {
    this.#parts = parts
    this.#record = record
    this.#savedAt = parts.clock.now()
  }

  /**
   * Takes the rebuild over that is left, or begins one of so many segments.
   * @throws Fault conflict where another process works on one.
   */
  static async take(parts: LeaseParts, segments: number): Promise<RebuildLease> {
    const { records, clock } = parts
    const now = clock.now()
    const before = await records.read(now + CALL_MS)
    if (before && before.leaseUntil > now) throw underWay(before, now)
    const record = renewed(parts, before ?? emptyRecord(segments))
    if (!(await records.replace(record, before, now + CALL_MS))) throw underWay(undefined, now)
    return new RebuildLease(parts, record)
  }

  get record(): RebuildRecord {
    return this.#record
  }

  /** Changes the record, and saves it if that was long ago. @throws Fault conflict */
  async note(change: (record: RebuildRecord) => RebuildRecord = same): Promise<void> {
    this.#record = change(this.#record)
    if (this.#parts.clock.now() - this.#savedAt >= SAVE_AFTER_MS) await this.save()
  }

  /** @throws Fault conflict where it is not ours any more. */
  save(change: (record: RebuildRecord) => RebuildRecord = same): Promise<void> {
    this.#record = change(this.#record)
    // One after the other: each replaces what the one before has put.
    this.#saving = this.#saving.then(() => this.#replace())
    return this.#saving
  }

  /** Others may go on with it at once. */
  async release(): Promise<void> {
    await this.#saving.catch(() => undefined)
    await this.#replace(0)
  }

  /** It is over. */
  async end(): Promise<void> {
    await this.#saving
    await this.#parts.records.remove(this.#record, this.#parts.clock.now() + CALL_MS)
  }

  async #replace(leaseMs = LEASE_MS): Promise<void> {
    const { records, clock } = this.#parts
    const before = this.#record
    const after = renewed(this.#parts, before, leaseMs)
    if (!(await records.replace(after, before, clock.now() + CALL_MS))) throw lost()
    // What was noted meanwhile stays.
    this.#record = { ...this.#record, stamp: after.stamp, leaseUntil: after.leaseUntil }
    this.#savedAt = clock.now()
  }
}

const same = (record: RebuildRecord): RebuildRecord => record

const emptyRecord = (segments: number): RebuildRecord => ({
  stamp: '',
  leaseUntil: 0,
  index: undefined,
  old: undefined,
  places: Array.from({ length: segments }, () => undefined),
  written: 0,
  refused: 0,
})

const renewed = ({ nonce, clock }: LeaseParts, record: RebuildRecord, leaseMs = LEASE_MS): RebuildRecord => ({
  ...record,
  stamp: nonce(),
  leaseUntil: clock.now() + leaseMs,
})

function underWay(record: RebuildRecord | undefined, now: number) {
  const until =
    record && `; should it have ended, it can be gone on with in ${Math.ceil((record.leaseUntil - now) / 1000)} s`
  return fault('conflict', `Another process is rebuilding the search index${until ?? ''}.`)
}

const lost = () => fault('conflict', 'Another process has taken this rebuild over: this one stops.')
