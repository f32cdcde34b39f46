/**
 * A worker's hold on a job. It is renewed while the worker lives, so that the job of one that has died is begun again
 * soon; and it is looked at before each write, so that a worker whose hold is gone writes nothing more.
 */
import type { Tenant } from '../call.ts'
import type { Clock } from '../ports/clock.ts'
import type { Job, JobStore } from '../ports/job-store.ts'
import type { Logger } from '../ports/logger.ts'
import { traceOf } from '../trace.ts'

/** From the last sign of life to when the worker is taken for dead. */
export const LEASE_MS = 30_000
/** Between two signs of life. */
export const BEAT_MS = 5_000
/** Before the lease is over the worker stops: clocks differ, and a write under way takes its time. */
const MARGIN_MS = 10_000

/** Another worker has the job, or its owner has given it up: nothing more is to be written for it here. */
export class JobLost extends Error {
  readonly #isJobLost = true

  constructor() {
    super('The job is not this worker’s any more')
    this.name = 'JobLost'
  }

  static is(value: unknown): value is JobLost {
    return typeof value === 'object' && value !== null && #isJobLost in value && value.#isJobLost
  }
}

export interface JobLeaseParts {
  readonly jobs: JobStore
  readonly clock: Clock
  readonly tenant: Tenant
  readonly logger: Logger
  /** Of this worker alone. */
  readonly worker: string
}

/** What of a job stays the same from one of its revisions to the next. */
type Outcome = Pick<Job, 'state' | 'result'>

export class JobLease {
  readonly #parts: JobLeaseParts
  #job: Job
  #renewedAt: number
  #lost = false
  #renewing: Promise<void> | undefined
  #progress: string | undefined

  private constructor(parts: JobLeaseParts, job: Job) {
    this.#parts = parts
    this.#job = job
    this.#renewedAt = job.updatedAt
  }

  /** undefined: somebody was faster. */
  static async take(parts: JobLeaseParts, found: Job, deadline: number): Promise<JobLease | undefined> {
    const { jobs, clock, tenant, worker } = parts
    const now = clock.now()
    const { progress: _before, ...rest } = found
    const taken: Job = { ...rest, state: 'running', worker, updatedAt: now, leaseUntil: now + LEASE_MS }
    if (!(await jobs.replace(tenant, taken, found.revision, deadline))) return undefined
    return new JobLease(parts, { ...taken, revision: found.revision + 1 })
  }

  get revision(): number {
    return this.#job.revision
  }

  /** For the status: how many of the job's entries are done. */
  tell(done: number, of: number): void {
    this.#progress = `${done} of ${of} entries done`
  }

  /** @throws JobLost */
  async assertHeld(): Promise<void> {
    const now = this.#parts.clock.now()
    if (!this.#lost && now - this.#renewedAt >= BEAT_MS) await this.renew()
    if (this.#lost || this.#parts.clock.now() > this.#renewedAt + LEASE_MS - MARGIN_MS) throw new JobLost()
  }

  /** A sign of life. Where it does not get through the lease goes on to its end, and another one may. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renew(): Promise<void> {
    if (this.#lost) return
    const { clock, logger } = this.#parts
    const now = clock.now()
    try {
      const renewed = { ...this.#job, ...this.#told(), updatedAt: now, leaseUntil: now + LEASE_MS }
      if (await this.#replace(renewed, now + BEAT_MS)) this.#renewedAt = now
      else this.#lost = true
    } catch (error) {
      logger.warn('A job’s lease could not be renewed', { job: this.#job.id, ...traceOf(error) })
    }
  }

  /** Keeps what has come of the job. false: it is not this worker’s any more. */
  async end({ state, result }: Outcome, deadline: number): Promise<boolean> {
    await this.#renewing
    if (this.#lost) return false
    const { leaseUntil: _lease, worker: _worker, progress: _progress, ...rest } = this.#job
    const ended: Job = { ...rest, state, updatedAt: this.#parts.clock.now(), ...(result && { result }) }
    return this.#replace(ended, deadline)
  }

  /** Where its owner has given the job up: keeps how far it was then. Nobody needs it for more than the status. */
  async leave(): Promise<void> {
    const { jobs, clock, tenant } = this.#parts
    const deadline = clock.now() + BEAT_MS
    await this.#renewing
    const found = await jobs.read(tenant, this.#job.id, deadline)
    if (found?.state !== 'cancelled' || found.worker !== this.#job.worker) return
    await jobs.replace(tenant, { ...found, ...this.#told() }, found.revision, deadline)
  }

  #told(): Pick<Job, 'progress'> {
    return this.#progress === undefined ? {} : { progress: this.#progress }
  }

  /** Where an attempt that seemed to fail has landed, the job is at a later revision and this worker's all the same. */
  async #replace(job: Job, deadline: number): Promise<boolean> {
    const { jobs, tenant } = this.#parts
    let { revision } = this.#job
    if (!(await jobs.replace(tenant, job, revision, deadline))) {
      const found = await jobs.read(tenant, job.id, deadline)
      if (found?.state !== 'running' || found.worker !== this.#job.worker) return false
      revision = found.revision
      if (!(await jobs.replace(tenant, job, revision, deadline))) return false
    }
    this.#job = { ...job, revision: revision + 1 }
    return true
  }
}
