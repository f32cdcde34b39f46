/** Has jobs worked on as they come, and those again whose worker has died. */
import type { Logger } from '#service/index.ts'
import type { DueJob, JobQueue } from '#service/ports/job-store.ts'

export interface JobLoopOptions {
  readonly queue: JobQueue
  /** Resolves when nothing is to be done for the job any more, by this worker. */
  readonly run: (job: DueJob) => Promise<void>
  readonly logger: Logger
}

export interface JobLoop {
  /** Begins no more jobs. What is under way ends, or is begun again by the next process. */
  close(): void
}

/** Nobody tells when a lease ends. */
const LOOK_MS = 10_000

/** One after the other: a job of thousands of entries keeps the store busy by itself. */
export function startJobLoop({ queue, run, logger }: JobLoopOptions): JobLoop {
  let closed = false
  let working = false
  let again = false

  const workOff = async (): Promise<void> => {
    do {
      again = false
      for (const job of await queue.due()) {
        if (closed) return
        await run(job)
      }
    } while (again && !closed)
  }
  const look = (): void => {
    again = true
    if (working) return
    working = true
    void workOff()
      // When the gateway ends, its threads do, and the next process goes on with their jobs.
      .catch((error: unknown) => {
        if (!closed) logger.error('Jobs could not be worked on', { cause: error instanceof Error ? error.name : '' })
      })
      .finally(() => {
        working = false
      })
  }
  const unsubscribe = queue.subscribe(look)
  const timer = setInterval(look, LOOK_MS).unref()
  look()
  return {
    close() {
      closed = true
      clearInterval(timer)
      unsubscribe()
    },
  }
}
