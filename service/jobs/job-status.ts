/** What its owner is told of a job, and giving it up. R4 async.html */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { type Fault, fault } from '../fault.ts'
import type { CancelledJob, JobStatus } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import type { Job } from '../ports/job-store.ts'
import { jobPorts } from './job-ports.ts'
import { jobInputKey, ownerOf } from './job-request.ts'

/** A job of somebody else is as good as none: the answer doesn't tell them apart. */
export async function jobStatus(context: ServiceContext, call: Call, id: string): Promise<JobStatus> {
  const job = await ownJob(context, call, id)
  const { state, result, progress } = job
  if (state === 'queued') return { kind: 'running', progress: 'Waiting for its turn' }
  if (state === 'running') return { kind: 'running', progress: progress ?? 'Begun' }
  if (state === 'cancelled') throw givenUp(job)
  invariant(result, `job ${id} is ${state} and has no result`)
  const { objects } = jobPorts(context)
  const found = await objects.head(call.tenant, result.key, call.deadline)
  if (!found) throw noJob(id)
  const url = found.bytes > ANSWER_BYTES_MAX && result.status < 300 ? await urlOf(context, call, result) : undefined
  if (url !== undefined) return { kind: 'elsewhere', url }
  const object = await objects.get(call.tenant, result.key, undefined, call.deadline)
  if (!object) throw noJob(id)
  return { kind: 'ended', status: result.status, body: await Array.fromAsync(object.content) }
}

/** Lambda passes on 6 MB, in which quotes count twice. */
const ANSWER_BYTES_MAX = 2 * 1024 * 1024
const URL_SECONDS = 5 * 60

/** undefined: the store has no door of its own. */
const urlOf = (context: ServiceContext, call: Call, { key, contentType }: NonNullable<Job['result']>) =>
  jobPorts(context).objects.presign(call.tenant, key, { method: 'GET', contentType, seconds: URL_SECONDS })

/**
 * R4 async.html#3.1.6.4: what has not been begun is not begun; the result of what has been is thrown away.
 * @returns how far it was.
 */
export async function cancelJob(context: ServiceContext, call: Call, id: string): Promise<CancelledJob> {
  const { jobs, objects } = jobPorts(context)
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const job = await ownJob(context, call, id)
    if (job.state === 'cancelled') throw givenUp(job)
    const { leaseUntil: _lease, result, ...rest } = job
    const cancelled: Job = { ...rest, state: 'cancelled', updatedAt: context.ports.clock.now() }
    if (!(await jobs.replace(call.tenant, cancelled, job.revision, call.deadline))) continue
    await objects.delete(call.tenant, jobInputKey(id), call.deadline)
    if (result) await objects.delete(call.tenant, result.key, call.deadline)
    const was = stageOf(job)
    return { was, ...(was === 'begun' && job.progress !== undefined && { progress: job.progress }) }
  }
  throw fault('conflict', 'The job changes at this moment: try again', { retryAfterSeconds: 1 })
}

/** What a worker has had and let go, because its lease was over, may have been begun as well. */
const stageOf = ({ state, revision }: Job): CancelledJob['was'] => {
  if (state === 'done' || state === 'failed') return 'ended'
  return state === 'queued' && revision === 1 ? 'waiting' : 'begun'
}

async function ownJob(context: ServiceContext, call: Call, id: string): Promise<Job> {
  const job = await jobPorts(context).jobs.read(call.tenant, id, call.deadline)
  if (job?.owner !== ownerOf(call.caller)) throw noJob(id)
  return job
}

/** R4 async.html#3.1.6.4: not found, after that. What it has written is of interest all the same. */
const givenUp = ({ id, progress }: Job): Fault =>
  fault('not-found', `The job '${id}' was given up${progress === undefined ? '' : `: ${progress}`}`)

const noJob = (id: string): Fault => fault('not-found', `There is no job '${id}', or not any more`)
