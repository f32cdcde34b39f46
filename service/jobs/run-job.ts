/** Works on one job: takes it, does it, and keeps what came of it. */
import { gathered } from '../binary/byte-stream.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault } from '../fault.ts'
import type { JobRun, JobRunResult } from '../fhir-service.ts'
import { INTERNAL_ERROR, statusOf } from '../http-status.ts'
import { bundle } from '../interactions/bundle.ts'
import type { Job } from '../ports/job-store.ts'
import { decodeUtf8, encodeUtf8, parseJson, stringifyJson } from '../resource/json.ts'
import { operationOutcome } from '../resource/operation-outcome.ts'
import { REINDEX_KIND } from '../search/own-parameters/reindex-job.ts'
import { traceOf } from '../trace.ts'
import { BEAT_MS, JobLease, JobLost } from './job-lease.ts'
import { jobPorts } from './job-ports.ts'
import { callOfJob, type JobRequest, jobRequestOf, jobResultKey } from './job-request.ts'

const CONTENT_TYPE = 'application/fhir+json'

interface Outcome {
  readonly status: number
  readonly body: Uint8Array
}

/**
 * May be told the same job any number of times, also at once: the lease is one worker's. A job that was begun before
 * and not ended is done again; its writes carry the job's name, so that what has been committed is not written twice.
 */
export async function runJob(context: ServiceContext, run: JobRun): Promise<JobRunResult> {
  const { tenant, id, deadline, logger } = run
  const { jobs, objects } = jobPorts(context)
  const { clock } = context.ports
  const found = await jobs.read(tenant, id, deadline)
  if (found?.kind === REINDEX_KIND) {
    const { runReindex } = await import('../search/own-parameters/run-reindex.ts')
    return runReindex(context, run, found)
  }
  if (!found || ENDED.has(found.state)) return 'nothing'
  if (!waits(found, clock.now())) return 'taken'
  const worker = context.ports.ids.nonce()
  const lease = await JobLease.take({ jobs, clock, tenant, logger, worker }, found, deadline)
  if (!lease) return 'taken'
  const stop = run.every?.(BEAT_MS, () => lease.renew())
  try {
    const request = jobRequestOf(found)
    const call = callOfJob(request, { tenant, deadline, logger })
    const outcome = await outcomeOf({ ...context, job: lease }, call, request, id)
    const key = jobResultKey(id, lease.revision)
    // The deadline was the work's: what came of it is kept in any case.
    const later = clock.now() + KEEPING_MS
    await objects.put(tenant, key, outcome.body, { contentType: CONTENT_TYPE, deadline: later })
    const result = { status: outcome.status, key, contentType: CONTENT_TYPE }
    if (!(await lease.end({ state: outcome.status < 300 ? 'done' : 'failed', result }, later))) {
      // Given up meanwhile, or taken by another worker: that one's result counts.
      await objects.delete(tenant, key, later)
      await lease.leave()
      return 'lost'
    }
    await objects.delete(tenant, request.input, later)
    return 'ended'
  } catch (error) {
    if (!JobLost.is(error)) throw error
    await lease.leave()
    return 'lost'
  } finally {
    stop?.()
  }
}

/** For keeping the result, whatever time the work took. */
const KEEPING_MS = 30_000

const ENDED: ReadonlySet<Job['state']> = new Set(['done', 'failed', 'cancelled'] as const)

const waits = ({ state, leaseUntil = 0 }: Job, now: number): boolean =>
  state === 'queued' || (state === 'running' && leaseUntil <= now)

async function outcomeOf(context: ServiceContext, call: Call, request: JobRequest, id: string): Promise<Outcome> {
  try {
    const content = parseJson(decodeUtf8(await inputOf(context, call, request.input)))
    const { prefer } = request
    const once = { key: `job ${id}`, fingerprint: '' }
    const result = await bundle(context, call, { content, once, ...(prefer && { prefer }) })
    return { status: 200, body: Buffer.concat(result.body) }
  } catch (error) {
    if (JobLost.is(error)) throw error
    return failureOf(call, id, error)
  }
}

async function inputOf(context: ServiceContext, call: Call, key: string): Promise<Uint8Array> {
  const { objects } = jobPorts(context)
  const found = await objects.get(call.tenant, key, undefined, call.deadline)
  if (!found) throw fault('not-found', 'The content that the job was about is not there')
  const { bodyBytesMax } = context.limits
  if (found.bytes > bodyBytesMax) throw fault('too-large', `A body may have ${bodyBytesMax} bytes`)
  return gathered(found.content)
}

function failureOf(call: Call, id: string, error: unknown): Outcome {
  if (Fault.is(error)) {
    const { category, internal, issues } = error
    if (internal !== undefined) call.logger.warn('A job failed', { job: id, category, internal })
    return { status: statusOf(category), body: encodeUtf8(stringifyJson(operationOutcome(issues))) }
  }
  call.logger.error('A job failed unexpectedly', { job: id, requestId: call.requestId, ...traceOf(error) })
  const diagnostics = `An internal error occurred. The log knows it as request ${call.requestId}.`
  const issues = [{ severity: 'fatal', code: 'exception', diagnostics }] as const
  return { status: INTERNAL_ERROR.status, body: encodeUtf8(stringifyJson(operationOutcome(issues))) }
}
