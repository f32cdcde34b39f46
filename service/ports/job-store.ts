import type { Tenant } from '../call.ts'

/**
 * Work that goes on after its request was answered: a Bundle with `Prefer: respond-async` (R4 async.html), and what
 * brings stored resources into the index of a new search parameter. A job survives a restart of whatever works on it.
 */
export interface JobStore {
  /**
   * Keeps a new job durably, and has it worked on: submit is told to the queue once it is kept. The same job again
   * changes nothing.
   */
  submit(tenant: Tenant, job: Job, deadline: number): Promise<void>

  /** The job as it is now; undefined where there is none of that id, or it has expired. Strongly consistent. */
  read(tenant: Tenant, id: string, deadline: number): Promise<Job | undefined>

  /**
   * Replaces the job where it still has `revision`, and gives it the next one, whatever the job itself says. false:
   * somebody was faster, or there is none any more.
   */
  replace(tenant: Tenant, job: Job, revision: number, deadline: number): Promise<boolean>
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Job {
  /** Unguessable. */
  readonly id: string
  /** What is to be done: `bundle`, `reindex`. */
  readonly kind: string
  /** 1, 2, 3 ...: see replace. */
  readonly revision: number
  readonly state: JobState
  /** Who asked: nobody else sees its status and result. */
  readonly owner: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
  /** Past it the job, its input and its result are gone. */
  readonly expiresAt: number
  /** A worker that has not said anything until then is taken for dead, and the job is begun again. */
  readonly leaseUntil?: number
  /** Who has the lease, or had it when the job was given up. */
  readonly worker?: string
  /** What the worker needs, JSON; large input is in the ObjectStore and named here. Never logged. */
  readonly request: string
  /** For X-Progress: a fixed sentence and numbers, no content. */
  readonly progress?: string
  /** HTTP status and where in the ObjectStore the body of the result is. */
  readonly result?: { readonly status: number; readonly key: string; readonly contentType: string }
}

/** A job that waits for a worker: nobody has begun it, or whoever has is taken for dead. */
export interface DueJob {
  readonly tenant: Tenant
  readonly id: string
}

/** For workers that look for jobs themselves. Where a queue brings them (SQS), there is none. */
export interface JobQueue {
  /** Some of the jobs that wait, oldest first. */
  due(): Promise<readonly DueJob[]>
  /** Told when there may be new ones. The function that it gives ends that. */
  subscribe(listener: () => void): () => void
}

/** Of a queue that brings jobs to workers, each by a message that is one worker's while others don't see it. */
export interface JobMessages {
  /** Keeps a message, named by what came with it, from other workers: from now on for so many seconds. */
  hide(receipt: string, seconds: number, deadline: number): Promise<void>
  /** Has the job come once more, by another message, in so many seconds. */
  tellLater(job: DueJob, seconds: number, deadline: number): Promise<void>
}
