/**
 * Makes the search index anew from the store while reads, searches and writes go on. From the moment when the new index
 * is there every write goes to both; what was written before is read from the store. Then searches are turned to it.
 */
import {
  type Clock,
  type CurrentDefinitions,
  type Definitions,
  fault,
  type IndexableVersion,
  type IndexRebuild,
  indexableOf,
  isAway,
  type RebuildRecords,
  type SearchWriter,
  type Tenant,
  type VersionImage,
  type VersionScan,
} from '#service/index.ts'
import { type LeaseParts, RebuildLease } from './rebuild-lease.ts'
import { causeOf } from './stream-batch.ts'

export interface ReindexParts extends LeaseParts {
  readonly scan: VersionScan
  readonly rebuild: IndexRebuild
  readonly records: RebuildRecords
  readonly definitions: CurrentDefinitions
  readonly clock: Clock
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
  wait(milliseconds: number): Promise<void>
  report(news: ReindexNews): void
}

export interface ReindexOptions {
  /** Read side by side; a rebuild that is gone on with keeps its number. */
  readonly segments: number
  /** Longer than any worker works on a batch: so long the old index is kept after searches were turned to the new. */
  readonly lateWritersMs: number
  /** Whether searches are turned to an index that has refused resources. */
  readonly refused: 'stop' | 'accept'
}

export type ReindexNews =
  | { readonly kind: 'begun' | 'resumed' | 'swapped' | 'removed'; readonly index: string }
  | { readonly kind: 'progress'; readonly segmentsDone: number; readonly segments: number; readonly written: number }
  | { readonly kind: 'refused'; readonly version: string; readonly cause: string }
  | { readonly kind: 'waiting'; readonly cause: string }

/** stopped: the new index has refused so many resources; nothing was swapped, and it can be gone on with. */
export type ReindexOutcome =
  | { readonly kind: 'done'; readonly index: string; readonly written: number; readonly refused: number }
  | { readonly kind: 'stopped'; readonly refused: number }

const CALL_MS = 60_000

/** @throws Fault conflict where another process rebuilds, others where an engine stays away. */
export async function reindex(parts: ReindexParts, options: ReindexOptions): Promise<ReindexOutcome> {
  const lease = await RebuildLease.take(parts, options.segments)
  const run: Run = { ...parts, lease, failed: { is: false } }
  try {
    // A process that died at the swap has left the end of it.
    if (lease.record.old !== undefined) await finish(run, lease.record.index ?? '')
    else {
      const index = await beginOrResume(run)
      await fill(run, parts.rebuild.writer(index))
      const { refused } = lease.record
      if (refused > 0 && options.refused === 'stop') {
        // The next run reads everything again: what was refused may have been written anew.
        await lease.save(record => ({ ...record, places: record.places.map(() => undefined), written: 0, refused: 0 }))
        await lease.release()
        return { kind: 'stopped', refused }
      }
      await swap(run, index)
    }
    return await end(run, options.lateWritersMs)
  } catch (error) {
    await lease.release().catch(() => undefined)
    throw error
  }
}

interface Run extends ReindexParts {
  readonly lease: RebuildLease
  /** Once one segment has failed the others stop too. */
  readonly failed: { is: boolean }
}

async function beginOrResume(run: Run): Promise<string> {
  const { rebuild, lease, report } = run
  const { index } = lease.record
  const state = await persist(run, deadline => rebuild.state(deadline))
  if (index !== undefined && state.building === index) {
    report({ kind: 'resumed', index })
    return index
  }
  // What a rebuild has left that died before it could say which index it makes.
  await persist(run, deadline => rebuild.abandon(deadline))
  for (const orphan of state.orphans) await removed(run, orphan)
  const begun = await rebuild.begin(run.clock.now() + CALL_MS)
  await lease.save(record => ({
    ...record,
    index: begun,
    places: record.places.map(() => undefined),
    written: 0,
    refused: 0,
  }))
  report({ kind: 'begun', index: begun })
  return begun
}

async function fill(run: Run, writer: SearchWriter): Promise<void> {
  const { places } = run.lease.record
  const segments = places.map(async (place, segment) => {
    if (place === null) return
    try {
      await fillFrom(run, writer, segment, place)
    } catch (error) {
      run.failed.is = true
      throw error
    }
  })
  const failure = (await Promise.allSettled(segments)).find(outcome => outcome.status === 'rejected')
  if (failure) throw failure.reason
}

async function fillFrom(run: Run, writer: SearchWriter, segment: number, place: string | undefined): Promise<void> {
  const { scan, lease, report } = run
  const segments = lease.record.places.length
  for (let after = place; !run.failed.is; ) {
    const from = { segment, segments, ...(after !== undefined && { after }) }
    const { versions, next } = await persist(run, deadline => scan.read(from, deadline))
    const refused = await index(run, writer, versions)
    await lease.note(record => ({
      ...record,
      places: record.places.with(segment, next ?? null),
      written: record.written + versions.length - refused,
      refused: record.refused + refused,
    }))
    const { places, written } = lease.record
    report({ kind: 'progress', segmentsDone: places.filter(each => each === null).length, segments, written })
    if (next === undefined) return
    after = next
  }
}

/** Bodies in memory at a time. */
const LOADED_MAX = 50

/** Gives how many were refused. One that has a whole request refused is found by halves. */
async function index(run: Run, writer: SearchWriter, versions: readonly VersionImage[]): Promise<number> {
  let refused = 0
  for (const [tenant, images] of Map.groupBy(versions, image => image.tenant)) {
    // Not older than the index is: what they change later is written there by those who index it anew.
    const definitions = await persist(run, () => run.definitions.current(tenant))
    const documents: PlacedDocument[] = []
    for (let start = 0; start < images.length; start += LOADED_MAX) {
      const loaded = images.slice(start, start + LOADED_MAX).map(image => documentOf(run, image, definitions))
      documents.push(...(await Promise.all(loaded)).filter(each => each !== undefined))
    }
    refused += images.length - documents.length + (await write(run, writer, tenant, documents))
  }
  return refused
}

interface PlacedDocument {
  readonly image: VersionImage
  readonly document: IndexableVersion
}

async function documentOf(
  run: Run,
  image: VersionImage,
  definitions: Definitions,
): Promise<PlacedDocument | undefined> {
  try {
    const version = await persist(run, deadline => image.load(deadline))
    return { image, document: indexableOf(definitions, version, run.baseUrl) }
  } catch (error) {
    refuse(run, image, causeOf(error))
    return undefined
  }
}

async function write(
  run: Run,
  writer: SearchWriter,
  tenant: Tenant,
  documents: readonly PlacedDocument[],
): Promise<number> {
  let refused = 0
  let left = documents
  const attempt = async (deadline: number): Promise<void> => {
    const some = left
    const unwritten = await writer.write(
      tenant,
      some.map(({ document }) => document),
      deadline,
    )
    for (const { position, kind, cause } of unwritten) {
      const placed = some[position]
      if (kind === 'busy' || !placed) continue
      refuse(run, placed.image, cause)
      refused++
    }
    left = unwritten.flatMap(({ position, kind }) => (kind === 'busy' ? (some[position] ?? []) : []))
    if (left.length > 0) throw fault('throttled', 'The search index is busy.')
  }
  try {
    await persist(run, attempt)
    return refused
  } catch (error) {
    const [first] = left
    if (isAway(error) || !first) throw error
    if (left.length === 1) {
      refuse(run, first.image, causeOf(error))
      return refused + 1
    }
    const half = left.length >> 1
    refused += await write(run, writer, tenant, left.slice(0, half))
    return refused + (await write(run, writer, tenant, left.slice(half)))
  }
}

function refuse({ report }: Run, { tenant, attributes }: VersionImage, cause: string): void {
  const { type, id, versionId } = attributes
  report({ kind: 'refused', version: `${tenant} ${type}/${id}/_history/${versionId}`, cause })
}

async function swap(run: Run, index: string): Promise<void> {
  const { rebuild, lease } = run
  const { searched } = await persist(run, deadline => rebuild.state(deadline))
  // Said before it is done: whoever comes after a crash finds out by the state whether it was.
  await lease.save(record => ({ ...record, old: searched }))
  await finish(run, index)
}

async function finish(run: Run, index: string): Promise<void> {
  const { rebuild, report } = run
  await persist(run, async deadline => {
    // An attempt before this one may have done it, and its answer was lost.
    if ((await rebuild.state(deadline)).building === index) await rebuild.finish(index, deadline)
  })
  report({ kind: 'swapped', index })
}

async function end(run: Run, lateWritersMs: number): Promise<ReindexOutcome> {
  const { lease, clock, wait } = run
  const { index = '', old = '', written, refused } = lease.record
  // A worker that asked where to write before the swap would make the old index again by writing to it.
  const until = clock.now() + lateWritersMs
  for (let left = lateWritersMs; left > 0; left = until - clock.now()) {
    await wait(Math.min(left, BEAT_MS))
    await lease.note()
  }
  await removed(run, old)
  await lease.end()
  return { kind: 'done', index, written, refused }
}

const BEAT_MS = 10_000

async function removed(run: Run, index: string): Promise<void> {
  await persist(run, deadline => run.rebuild.remove(index, deadline))
  run.report({ kind: 'removed', index })
}

const FIRST_DELAY_MS = 200
const DELAY_MS_MAX = 10_000
/** Some ten minutes: an engine that is away for longer is a matter for people. */
const ATTEMPTS_MAX = 60

/** Again and again as long as it may pass, keeping the lease meanwhile. */
async function persist<T>(run: Run, task: (deadline: number) => Promise<T>): Promise<T> {
  const { clock, wait, report, lease } = run
  for (let attempt = 1; ; attempt++) {
    try {
      return await task(clock.now() + CALL_MS)
    } catch (error) {
      if (!isAway(error) || attempt >= ATTEMPTS_MAX) throw error
      if (attempt === 3) report({ kind: 'waiting', cause: causeOf(error) })
      await wait(Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), DELAY_MS_MAX))
      await lease.note()
    }
  }
}
