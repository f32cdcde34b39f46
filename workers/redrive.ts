/** Brings changes that index-stream has refused into the index, once their cause is gone. */
import {
  type CurrentDefinitions,
  indexableOf,
  type RefusedChange,
  type RefusedChangesQueue,
  type ResourceStore,
  type SearchWriter,
  type Tenant,
  tenantOf,
  type WaitingChange,
} from '#service/index.ts'
import { INDEX_WORKER } from './index-stream.ts'
import { causeOf, isPassing } from './stream-batch.ts'

export interface RedriveParts {
  readonly queue: RefusedChangesQueue
  readonly store: Pick<ResourceStore, 'readNewest'>
  readonly writer: SearchWriter
  readonly definitions: CurrentDefinitions
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
  readonly clock: { now(): number }
  /** Each that is refused again, and why. */
  report(change: RefusedChange, cause: string): void
}

export interface RedriveOutcome {
  /** Changes whose resources are in the index as they are now. */
  readonly indexed: number
  /** Still in the queue: their cause is not gone, or nobody knows which resource they are of. */
  readonly left: number
  /** Taken out of the queue: of another worker, whose work is done by the sweep or is over. */
  readonly dropped: number
  /** Batches of the stream that were given up as a whole: only a rebuild of the index brings in what was in them. */
  readonly lostBatches: number
}

const CALL_MS = 60_000

/**
 * Takes each waiting change once. The resource is read from the store as it is now: in whatever order, and however
 * often this is done, the index ends with the newest versions. @throws Fault where an engine does not answer.
 */
export async function redrive(parts: RedriveParts): Promise<RedriveOutcome> {
  const { queue, clock } = parts
  const outcome = { indexed: 0, left: 0, dropped: 0, lostBatches: 0 }
  const seen = new Set<string>()
  for (;;) {
    const taken = await queue.take(clock.now() + CALL_MS)
    // One that comes for the second time was left by this run.
    const waiting = taken.filter(({ change }) => !change || !seen.has(nameOf(change)))
    if (waiting.length === 0) return outcome
    const done: WaitingChange[] = []
    const byTenant = new Map<Tenant, PlacedChange[]>()
    for (const each of waiting) {
      const { change } = each
      if (!change) {
        outcome.lostBatches++
        done.push(each)
        continue
      }
      seen.add(nameOf(change))
      if (change.worker !== INDEX_WORKER) {
        outcome.dropped++
        done.push(each)
      } else if (isOfResource(change)) {
        const tenant = tenantOf(change.tenant)
        byTenant.set(tenant, [...(byTenant.get(tenant) ?? []), { waiting: each, change }])
      } else {
        outcome.left++
        parts.report(change, change.cause)
      }
    }
    for (const [tenant, changes] of byTenant) {
      const indexed = await index(parts, tenant, changes)
      outcome.indexed += indexed.length
      outcome.left += changes.length - indexed.length
      done.push(...indexed)
    }
    if (done.length > 0) await queue.remove(done, clock.now() + CALL_MS)
  }
}

const nameOf = ({ worker, sequenceNumber }: RefusedChange): string => `${worker} ${sequenceNumber}`

type OfResource = RefusedChange & { readonly tenant: string; readonly type: string; readonly id: string }

const isOfResource = (change: RefusedChange): change is OfResource =>
  change.tenant !== undefined && change.type !== undefined && change.id !== undefined

interface PlacedChange {
  readonly waiting: WaitingChange
  readonly change: OfResource
}

/** One by one: these have been trouble before, and none is to be the trouble of another. */
async function index(parts: RedriveParts, tenant: Tenant, changes: readonly PlacedChange[]): Promise<WaitingChange[]> {
  const indexed: WaitingChange[] = []
  for (const { waiting, change } of changes) {
    const cause = await refusalOf(parts, tenant, change)
    if (cause === undefined) indexed.push(waiting)
    else parts.report(change, cause)
  }
  return indexed
}

/** undefined: it is in the index. */
async function refusalOf(parts: RedriveParts, tenant: Tenant, { type, id }: OfResource): Promise<string | undefined> {
  const { store, writer, definitions, baseUrl, clock } = parts
  const deadline = clock.now() + CALL_MS
  try {
    const its = await definitions.current(tenant)
    const [version] = await store.readNewest(tenant, [{ type, id }], deadline)
    // What is purged leaves a tombstone: this never came to be.
    if (!version) return undefined
    const [unwritten] = await writer.write(tenant, [indexableOf(its, version, baseUrl)], deadline)
    return unwritten?.cause
  } catch (error) {
    if (isPassing(error)) throw error
    return causeOf(error)
  }
}
