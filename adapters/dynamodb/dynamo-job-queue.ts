import type { Clock } from '#service/ports/clock.ts'
import type { DueJob, Job, JobQueue } from '#service/ports/job-store.ts'
import { jobOf } from './dynamo-job-store.ts'
import { jobAddressOf } from './keys.ts'
import { itemOfRecord } from './stream-images.ts'

interface WaitingJob {
  readonly due: DueJob
  /** Milliseconds since the epoch: from then on it may be begun. */
  readonly from: number
  readonly until: number
}

/**
 * The jobs that wait, as the table's stream tells of them: for a gateway on one machine, which has no queue. Who reads
 * the stream from its beginning knows of all, whatever process they came from.
 */
export class DynamoJobQueue implements JobQueue {
  readonly #clock: Clock
  /** By tenant and id, in the order in which they were last changed. */
  readonly #waiting = new Map<string, WaitingJob>()
  readonly #listeners = new Set<() => void>()

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock
  }

  /** Records of the stream, in its order. */
  observe(records: readonly object[]): void {
    let news = false
    for (const record of records) {
      const item = itemOfRecord(record)
      const due = item && jobAddressOf(item)
      if (!item || !due) continue
      const name = `${due.tenant} ${due.id}`
      const { state, leaseUntil = 0, expiresAt } = jobOf(item)
      this.#waiting.delete(name)
      if (ENDED.has(state)) continue
      this.#waiting.set(name, { due, from: state === 'queued' ? 0 : leaseUntil, until: expiresAt })
      news ||= state === 'queued'
    }
    if (news) for (const listener of this.#listeners) listener()
  }

  async due(): Promise<readonly DueJob[]> {
    const now = this.#clock.now()
    for (const [name, { until }] of this.#waiting) if (until < now) this.#waiting.delete(name)
    return [...this.#waiting.values()].filter(({ from }) => from <= now).map(({ due }) => due)
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }
}

const ENDED: ReadonlySet<Job['state']> = new Set(['done', 'failed', 'cancelled'] as const)
