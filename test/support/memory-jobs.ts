import type { Tenant } from '#service/call.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { DueJob, Job, JobQueue, JobStore } from '#service/ports/job-store.ts'

/** A JobStore in a map. */
export function memoryJobs(clock: Clock): JobStore & JobQueue {
  const kept = new Map<string, { readonly due: DueJob; readonly job: Job }>()
  const listeners = new Set<() => void>()
  const nameOf = (tenant: Tenant, id: string): string => `${tenant} ${id}`
  const find = (tenant: Tenant, id: string): Job | undefined => {
    const job = kept.get(nameOf(tenant, id))?.job
    return job && job.expiresAt >= clock.now() ? job : undefined
  }
  return {
    async submit(tenant, job) {
      if (!kept.has(nameOf(tenant, job.id))) kept.set(nameOf(tenant, job.id), { due: { tenant, id: job.id }, job })
      for (const listener of listeners) listener()
    },
    read: async (tenant, id) => find(tenant, id),
    async replace(tenant, job, revision) {
      if (find(tenant, job.id)?.revision !== revision) return false
      kept.set(nameOf(tenant, job.id), { due: { tenant, id: job.id }, job: { ...job, revision: revision + 1 } })
      return true
    },
    async due() {
      const waits = ({ state, leaseUntil = 0 }: Job) =>
        state === 'queued' || (state === 'running' && leaseUntil <= clock.now())
      return [...kept.values()].filter(({ due, job }) => find(due.tenant, due.id) && waits(job)).map(({ due }) => due)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
