import type { Tenant } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import type { Ids } from '#service/ports/ids.ts'
import type { DueJob, Job, JobStore } from '#service/ports/job-store.ts'
import { jobKey } from './keys.ts'
import { RetryingTable, type RetryParts } from './retrying-table.ts'
import type { Item, Table } from './table.ts'

export interface DynamoJobStoreParts extends RetryParts {
  readonly table: Table
  readonly ids: Ids
  /**
   * Tells whoever has jobs worked on. A job that is kept and not told is told when it is submitted again.
   * @throws Fault unavailable where it is not certain that it was told.
   */
  tell(job: DueJob, deadline: number): Promise<void>
}

/** An item for each job. Those that have expired are removed by the table. */
export class DynamoJobStore implements JobStore {
  readonly #parts: DynamoJobStoreParts
  readonly #table: Table

  constructor(parts: DynamoJobStoreParts) {
    this.#parts = parts
    this.#table = new RetryingTable(parts.table, parts)
  }

  async submit(tenant: Tenant, job: Job, deadline: number): Promise<void> {
    // Refused: it is there already, by an attempt before this one.
    await this.#table.write({ kind: 'put', item: this.#itemOf(tenant, job), condition: ['absent'] }, deadline)
    await this.#parts.tell({ tenant, id: job.id }, deadline)
  }

  async read(tenant: Tenant, id: string, deadline: number): Promise<Job | undefined> {
    const item = await this.#table.get(jobKey(tenant, id), deadline)
    const job = item && jobOf(item)
    // The table takes its time to remove what has expired.
    return job && job.expiresAt >= this.#parts.clock.now() ? job : undefined
  }

  async replace(tenant: Tenant, job: Job, revision: number, deadline: number): Promise<boolean> {
    const item = this.#itemOf(tenant, { ...job, revision: revision + 1 })
    const outcome = await this.#table.write({ kind: 'put', item, condition: [{ revision }] }, deadline)
    // Its own nonce in the way: an attempt before this one has landed.
    return outcome.done || outcome.found?.nonce === item.nonce
  }

  /** revision and nonce are attributes for conditions, the rest is one text. */
  #itemOf(tenant: Tenant, job: Job): Item {
    const { revision, expiresAt } = job
    const nonce = this.#parts.ids.nonce()
    return {
      ...jobKey(tenant, job.id),
      revision,
      nonce,
      job: JSON.stringify(job),
      expires: Math.ceil(expiresAt / 1000),
    }
  }
}

/** What is kept of the job. */
export function jobOf({ job }: Item): Job {
  invariant(typeof job === 'string', 'a job has another form')
  return JSON.parse(job) as Job
}
