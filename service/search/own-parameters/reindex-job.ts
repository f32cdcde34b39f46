/** The work that brings what was stored before a search parameter into its index; one job a tenant. */
import type { Call, Tenant } from '../../call.ts'
import type { ServiceContext } from '../../context.ts'
import { invariant } from '../../invariant.ts'
import type { Job, JobStore } from '../../ports/job-store.ts'
import { keyOfOwn, type OwnParameter } from './own-parameter.ts'

export const REINDEX_KIND = 'reindex'

/** Nobody owns it, so that it is none of the jobs that clients ask for by id. */
const REINDEX_ID = 'search-parameters'
const NOBODY = ''

/** What the job remembers from one worker to the next. */
export interface ReindexMemo {
  /** Absolute references below it count as local. */
  readonly baseUrl: string
  /** Keys of the parameters by which everything is indexed. */
  readonly done: readonly string[]
  /** Keys of those that are being indexed. */
  readonly wanted: readonly string[]
  /** Where the walk is; undefined: at its beginning. */
  readonly place?: { readonly type: string; readonly after?: string }
  /** When the walk began: after the parameters that are wanted were in force. Milliseconds since the epoch. */
  readonly begunAt: number
  /** Resources that were looked at. */
  readonly count: number
}

export const memoOf = ({ request }: Job): ReindexMemo => JSON.parse(request) as ReindexMemo

export const isUnderWay = ({ state }: Job): boolean => state === 'queued' || state === 'running'

/** Who was told of a job, and has not begun by then, is told again: the message may be lost. */
const TOLD_MS = 60_000

/** false: there is nothing to do, or whoever had it is gone. */
const isAtWork = ({ state, updatedAt, leaseUntil = 0 }: Job, now: number): boolean =>
  (state === 'queued' && now < updatedAt + TOLD_MS) || (state === 'running' && now < leaseUntil)

/** Has the job begun, anew where it is at work: by what it has found then it may have passed resources by. */
export async function requestReindex({ ports, limits }: ServiceContext, call: Call): Promise<void> {
  const jobs = jobsOf(ports.jobs)
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const job = await jobs.read(call.tenant, REINDEX_ID, call.deadline)
    const now = ports.clock.now()
    if (!job) {
      const request: ReindexMemo = { baseUrl: call.baseUrl, done: [], wanted: [], begunAt: now, count: 0 }
      await jobs.submit(call.tenant, newJob(now, request), call.deadline)
      return
    }
    if (job.state === 'queued' && isAtWork(job, now)) return
    const { leaseUntil: _lease, ...rest } = job
    const again: Job = { ...rest, state: 'queued', updatedAt: now }
    if (!(await jobs.replace(call.tenant, again, job.revision, call.deadline))) continue
    // It is there, so this tells of it and nothing else.
    await jobs.submit(call.tenant, again, call.deadline)
    return
  }
}

const newJob = (now: number, request: ReindexMemo): Job => ({
  id: REINDEX_ID,
  kind: REINDEX_KIND,
  revision: 1,
  state: 'queued',
  owner: NOBODY,
  createdAt: now,
  updatedAt: now,
  expiresAt: Number.MAX_SAFE_INTEGER,
  request: JSON.stringify(request),
})

export const jobsOf = (jobs: JobStore | undefined): JobStore => {
  invariant(jobs, 'own search parameters come with jobs')
  return jobs
}

/** By which of these not everything is indexed. Begins the job where it should be at work and is not. */
export async function unindexed(
  context: ServiceContext,
  call: Call,
  parameters: readonly OwnParameter[],
): Promise<readonly OwnParameter[]> {
  if (parameters.length === 0) return parameters
  const job = await readReindex(context, call.tenant, call.deadline)
  const done = job ? memoOf(job).done : []
  const missing = parameters.filter(parameter => !done.includes(keyOfOwn(parameter)))
  if (missing.length > 0 && !(job && isAtWork(job, context.ports.clock.now()))) await requestReindex(context, call)
  return missing
}

export const readReindex = ({ ports }: ServiceContext, tenant: Tenant, deadline: number): Promise<Job | undefined> =>
  jobsOf(ports.jobs).read(tenant, REINDEX_ID, deadline)
