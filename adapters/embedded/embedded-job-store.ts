import type { DatabaseSync } from 'node:sqlite'
import { type Tenant, tenantOf } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { DueJob, Job, JobQueue, JobStore } from '#service/ports/job-store.ts'
import { RowStatement } from './rows.ts'
import type { WriterClient } from './writer-client.ts'

export interface JobStoreParts {
  readonly database: DatabaseSync
  readonly writer: WriterClient
  readonly clock: Clock
}

const DUE_MAX = 100

/** Jobs are rows of one table, which is the queue as well. */
export class EmbeddedJobStore implements JobStore, JobQueue {
  readonly #writer: WriterClient
  readonly #clock: Clock
  readonly #one: RowStatement<[text: string]>
  readonly #due: RowStatement<[tenant: string, id: string]>

  constructor({ database, writer, clock }: JobStoreParts) {
    this.#writer = writer
    this.#clock = clock
    this.#one = new RowStatement(database, 'SELECT text FROM job WHERE tenant = ? AND id = ? AND expires >= ?')
    this.#due = new RowStatement(
      database,
      `SELECT tenant, id FROM job WHERE due <= ? AND expires >= ? ORDER BY due LIMIT ${DUE_MAX}`,
    )
  }

  async submit(tenant: Tenant, job: Job, deadline: number): Promise<void> {
    this.#assertInTime(deadline)
    await this.#writer.writeJob(this.#rowOf(tenant, job, undefined))
  }

  async read(tenant: Tenant, id: string, deadline: number): Promise<Job | undefined> {
    this.#assertInTime(deadline)
    const row = this.#one.get(tenant, id, this.#clock.now())
    return row && (JSON.parse(row[0]) as Job)
  }

  async replace(tenant: Tenant, job: Job, revision: number, deadline: number): Promise<boolean> {
    this.#assertInTime(deadline)
    return this.#writer.writeJob(this.#rowOf(tenant, { ...job, revision: revision + 1 }, revision))
  }

  async due(): Promise<readonly DueJob[]> {
    const now = this.#clock.now()
    return this.#due.all(now, now).map(([tenant, id]) => ({ tenant: tenantOf(tenant), id }))
  }

  subscribe(listener: () => void): () => void {
    return this.#writer.subscribeToJobs(listener)
  }

  #rowOf(tenant: Tenant, job: Job, replaces: number | undefined) {
    const { id, revision, state, leaseUntil, expiresAt: expires } = job
    const due = state === 'queued' ? 0 : state === 'running' ? (leaseUntil ?? 0) : null
    return { tenant, id, revision, state, due, expires, text: JSON.stringify(job), replaces, now: this.#clock.now() }
  }

  #assertInTime(deadline: number): void {
    if (this.#clock.now() > deadline)
      throw fault('unavailable', 'The server was too busy to do this in time.', { retryAfterSeconds: 1 })
  }
}
