import { indexableDocument } from '../../access/reveal.ts'
import type { ServiceContext } from '../../context.ts'
import type { JobRun, JobRunResult } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import type { Job } from '../../ports/job-store.ts'
import { StaleParameters } from '../../ports/parameter-store.ts'
import { keyOfOwn } from './own-parameter.ts'
import { isUnderWay, jobsOf, memoOf, type ReindexMemo } from './reindex-job.ts'

/** A page is written in one transaction, for which other writes wait. */
const PAGE_COUNT = 100

/** Then other jobs have their turn. */
const RESOURCES_PER_TURN = 4_000

const LEASE_MS = 60_000

/**
 * Some pages of the walk over all resources that the parameters are for. What is written meanwhile has their values by
 * itself, as every commit is held against the newest parameters: a resource that has a newer version is passed by.
 * After a crash the walk goes on where its last page was kept.
 */
export async function runReindex(context: ServiceContext, run: JobRun, found: Job): Promise<JobRunResult> {
  // One process has the data, and one loop its jobs: a lease is of a worker that is no more.
  if (!isUnderWay(found)) return 'taken'
  const { tenant, deadline, logger } = run
  const definitions = context.definitions.for(tenant)
  const { parameters: store } = context.ports.store
  const { own } = definitions
  invariant(own && store, 'own search parameters come with a store that indexes by them')
  const missing = own.parameters.filter(parameter => !memoOf(found).done.includes(keyOfOwn(parameter)))
  const types = [...new Set(missing.flatMap(({ byType }) => [...byType.keys()]))].sort()
  let memo = begun(memoOf(found), missing.map(keyOfOwn))
  const keeper = keeperOf(context, run, found)
  if (!(await keeper.keep('running', memo))) return 'taken'
  try {
    for (let turn = 0; turn < RESOURCES_PER_TURN; ) {
      const type = memo.place?.type ?? types[0]
      if (type === undefined) break
      const after = memo.place?.after
      const place = after === undefined ? {} : { after }
      const page = await store.scan(tenant, { type, count: PAGE_COUNT, deadline, ...place })
      const documents = page.versions.map(version => indexableDocument(definitions, version, memo.baseUrl))
      if (documents.length > 0) await store.reindex(tenant, own.revision, documents, deadline)
      turn += documents.length
      const next = page.next === undefined ? types[types.indexOf(type) + 1] : type
      const count = memo.count + documents.length
      const { place: _before, ...rest } = memo
      if (next === undefined) {
        const done = own.parameters.map(keyOfOwn)
        await keeper.keep('done', { ...rest, done, wanted: [], count })
        return 'ended'
      }
      memo = { ...rest, count, place: { type: next, ...(page.next !== undefined && { after: page.next }) } }
      if (documents.length > 0 && !(await keeper.keep('running', memo))) return 'taken'
    }
    if (types.length === 0) await keeper.keep('done', { ...memo, done: own.parameters.map(keyOfOwn), wanted: [] })
    else await keeper.keep('queued', memo)
  } catch (error) {
    if (!(error instanceof StaleParameters)) {
      logger.error('Resources could not be indexed anew: it is tried again', { error: nameOf(error) })
      return 'ended'
    }
    await keeper.keep('queued', memo)
  }
  return 'ended'
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** The same walk, or one from the beginning where other parameters are wanted. */
function begun(memo: ReindexMemo, wanted: readonly string[]): ReindexMemo {
  if (JSON.stringify(memo.wanted) === JSON.stringify(wanted)) return memo
  return { baseUrl: memo.baseUrl, done: memo.done, wanted, count: 0 }
}

function keeperOf({ ports }: ServiceContext, { tenant, deadline }: JobRun, found: Job) {
  const jobs = jobsOf(ports.jobs)
  let revision = found.revision
  return {
    /** false: the job was told to begin anew meanwhile. */
    async keep(state: Job['state'], memo: ReindexMemo): Promise<boolean> {
      const now = ports.clock.now()
      const { leaseUntil: _lease, ...rest } = found
      const lease = state === 'running' && { leaseUntil: now + LEASE_MS }
      const job: Job = { ...rest, ...lease, state, updatedAt: now, request: JSON.stringify(memo) }
      const kept = await jobs.replace(tenant, job, revision, deadline)
      revision++
      return kept
    },
  }
}
