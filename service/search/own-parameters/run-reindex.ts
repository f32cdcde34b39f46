import { indexableDocument } from '../../access/reveal.ts'
import type { ServiceContext } from '../../context.ts'
import type { JobRun, JobRunResult } from '../../fhir-service.ts'
import { invariant } from '../../invariant.ts'
import type { Job } from '../../ports/job-store.ts'
import { StaleParameters } from '../../ports/parameter-store.ts'
import { traceOf } from '../../trace.ts'
import { containedType, isContainedType } from '../contained.ts'
import { keyOfOwn, type OwnParameters } from './own-parameter.ts'
import { isUnderWay, jobsOf, memoOf, type ReindexMemo } from './reindex-job.ts'
import { scanContainers } from './scan-containers.ts'

/** A store that indexes on commit writes a page in one transaction, for which other writes wait. */
const PAGE_COUNTS = { 'on-commit': 100, later: 300 } as const

/** Then other jobs have their turn. */
const PAGES_PER_TURN = 40

const LEASE_MS = 60_000

/**
 * Some pages of the walk over all resources that the parameters are for. What is written meanwhile has their values by
 * itself, as whoever indexes it asks for the newest parameters: a resource that has a newer version is passed by.
 * After a crash the walk goes on where its last page was kept. Of two workers the one that comes later goes on.
 */
export async function runReindex(context: ServiceContext, run: JobRun, found: Job): Promise<JobRunResult> {
  if (!isUnderWay(found)) return 'nothing'
  const { own } = context.definitions.for(run.tenant)
  invariant(own, 'own search parameters come with a store that indexes by them')
  const missing = own.parameters.filter(parameter => !memoOf(found).done.includes(keyOfOwn(parameter)))
  const memo = begun(memoOf(found), missing.map(keyOfOwn), context.ports.clock.now())
  const keeper = keeperOf(context, run, found)
  if (!(await keeper.keep('running', memo))) return 'taken'
  const types = [...new Set(missing.flatMap(({ byType }) => [...byType.keys()]))].sort()
  const walk: Walk = { own, types: [...types, ...types.map(containedType)], memo }
  try {
    await walkOn(context, run, keeper, walk)
  } catch (error) {
    if (error instanceof StaleParameters) await keeper.goOn(walk.memo)
    else {
      run.logger.error('Resources could not be indexed anew: it is tried again', { ...traceOf(error) })
      // Where a queue brings jobs, it brings again what failed; else the end of the lease does.
      if (context.ports.store.indexing === 'later') throw error
    }
  }
  return 'ended'
}

interface Walk {
  readonly own: OwnParameters
  readonly types: readonly string[]
  /** As it was kept the last time. */
  memo: ReindexMemo
}

type Keeper = ReturnType<typeof keeperOf>

/** To the end of all types, or of this turn. Stops where the job was told to begin anew meanwhile. */
async function walkOn(context: ServiceContext, run: JobRun, keeper: Keeper, walk: Walk): Promise<void> {
  const { own, types } = walk
  for (let pages = 0; pages < PAGES_PER_TURN; ) {
    const place = walk.memo.place ?? (types[0] === undefined ? undefined : { type: types[0] })
    const looked = place ? await lookAt(context, run, walk, place) : NOTHING
    const { place: _before, ...rest } = walk.memo
    const count = rest.count + looked.count
    const next = place && nextPlace(types, place, looked.next)
    if (!next) {
      if (place) await context.ports.store.parameters?.refresh(run.deadline)
      await keeper.keep('done', { ...rest, done: own.parameters.map(keyOfOwn), wanted: [], count })
      return
    }
    walk.memo = { ...rest, count, place: next }
    // Of most types a tenant has nothing.
    if (looked.count === 0 && looked.next === undefined) continue
    if (!(await keeper.keep('running', walk.memo))) return
    pages++
  }
  await keeper.goOn(walk.memo)
}

const NOTHING = { count: 0, next: undefined }

type Place = NonNullable<ReindexMemo['place']>

function nextPlace(types: readonly string[], { type }: Place, after: string | undefined): Place | undefined {
  if (after !== undefined) return { type, after }
  const next = types[types.indexOf(type) + 1]
  return next === undefined ? undefined : { type: next }
}

async function lookAt(context: ServiceContext, { tenant, deadline }: JobRun, { own, memo }: Walk, place: Place) {
  const { parameters: store, indexing } = context.ports.store
  invariant(store, 'own search parameters come with a store that indexes by them')
  const { begunAt: since } = memo
  const baseUrl = indexing === 'later' ? store.baseUrl : memo.baseUrl
  const asked = { ...place, count: PAGE_COUNTS[indexing], deadline }
  const page = isContainedType(place.type)
    ? await scanContainers(context, tenant, asked)
    : await store.scan(tenant, { ...asked, since })
  const definitions = context.definitions.for(tenant)
  const documents = page.versions.map(version => indexableDocument(definitions, version, baseUrl))
  if (documents.length > 0) await store.reindex(tenant, own.revision, documents, deadline)
  return { count: documents.length, next: page.next }
}

/** The same walk, or one from the beginning where other parameters are wanted. */
function begun(memo: ReindexMemo, wanted: readonly string[], now: number): ReindexMemo {
  if (JSON.stringify(memo.wanted) === JSON.stringify(wanted)) return memo
  return { baseUrl: memo.baseUrl, done: memo.done, wanted, begunAt: now, count: 0 }
}

function keeperOf({ ports }: ServiceContext, { tenant, deadline }: JobRun, found: Job) {
  const jobs = jobsOf(ports.jobs)
  let revision = found.revision
  const jobAs = (state: Job['state'], memo: ReindexMemo): Job => {
    const now = ports.clock.now()
    const { leaseUntil: _lease, ...rest } = found
    const lease = state === 'running' && { leaseUntil: now + LEASE_MS }
    return { ...rest, ...lease, state, updatedAt: now, request: JSON.stringify(memo) }
  }
  const keep = async (job: Job): Promise<boolean> => {
    const kept = await jobs.replace(tenant, job, revision, deadline)
    revision++
    return kept
  }
  return {
    /** false: the job was told to begin anew meanwhile. */
    keep: (state: Job['state'], memo: ReindexMemo): Promise<boolean> => keep(jobAs(state, memo)),

    /** Has the rest done by whoever is told of it. */
    async goOn(memo: ReindexMemo): Promise<void> {
      const job = jobAs('queued', memo)
      if (await keep(job)) await jobs.submit(tenant, job, deadline)
    },
  }
}
