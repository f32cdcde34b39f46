/** Bytes of Binaries that no version names: a process has died between the two, or a purge did. */
import { ALLOW_ALL } from '../access/policy.ts'
import type { Call } from '../call.ts'
import type { DefinitionsProvider } from '../definitions.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { ListedObject, ObjectStore } from '../ports/object-store.ts'
import type { ObjectSweeps } from '../ports/object-sweeps.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import { objectKeysOf } from './object-keys.ts'

export interface ObjectSweepParts {
  readonly store: ResourceStore
  readonly objects: ObjectStore
  readonly definitions: DefinitionsProvider
  readonly clock: Clock
  readonly logger: Logger
}

/** Younger ones may be about to be named. */
const UNNAMED_MS = 24 * 60 * 60 * 1000

const KEY = /^binary\/([A-Za-z0-9.-]{1,64})\/[^/]+$/

export interface ObjectSweep {
  readonly deadline: number
  /** Older ones have been looked at before. Milliseconds since the epoch; default: none has. */
  readonly keptSince?: number
}

/** Takes away what no version names, of all tenants. How many that was. @throws Fault unavailable at the deadline. */
export const sweepUnnamedObjects = async (parts: ObjectSweepParts, sweep: ObjectSweep): Promise<number> =>
  (await sweepFrom(parts, sweep, undefined, Number.POSITIVE_INFINITY)).count

/**
 * The same for as long as one run has, by a look at all objects that begins where `begins` says so, and goes on from
 * run to run. It looks at what was kept since the one before it: what was too young for that one is old enough now.
 * undefined: there is nothing to do.
 */
export async function continueObjectSweep(
  { sweeps, ...parts }: ObjectSweepParts & { readonly sweeps: ObjectSweeps },
  { begins, deadline }: { readonly begins: boolean; readonly deadline: number },
): Promise<number | undefined> {
  const found = await sweeps.read(deadline)
  const now = parts.clock.now()
  const state =
    found?.after === undefined
      ? { began: now, keptSince: found ? found.began - UNNAMED_MS : 0, after: undefined }
      : found
  if (state.after === undefined && !begins) return undefined
  const { count, after } = await sweepFrom(parts, { ...state, deadline }, state.after, deadline - PAGE_MS)
  await sweeps.write({ ...state, after }, deadline)
  return count
}

/** A page of objects, each of which may have to be asked after, takes so long at the most. */
const PAGE_MS = 60_000

/** after: where the time was over. */
async function sweepFrom(
  parts: ObjectSweepParts,
  { deadline, keptSince = Number.NEGATIVE_INFINITY }: ObjectSweep,
  start: string | undefined,
  end: number,
): Promise<{ readonly count: number; readonly after: string | undefined }> {
  const { objects, clock } = parts
  let count = 0
  let after = start
  do {
    const page = await objects.list('binary', after, deadline)
    const old = page.objects.filter(({ keptAt }) => keptAt >= keptSince && keptAt < clock.now() - UNNAMED_MS)
    for (const object of old) {
      if (await isNamed(parts, object, deadline)) continue
      await objects.delete(object.tenant, object.key, deadline)
      count += 1
    }
    after = page.next
  } while (after !== undefined && clock.now() < end)
  return { count, after }
}

async function isNamed(parts: ObjectSweepParts, { tenant, key }: ListedObject, deadline: number): Promise<boolean> {
  const id = KEY.exec(key)?.[1]
  // What has another form is not ours to judge.
  if (id === undefined) return true
  const call: Call = {
    ...{ requestId: 'sweep', tenant, caller: { subject: 'gateway' }, door: 'worker', baseUrl: '', deadline },
    logger: parts.logger,
  }
  const context = { ports: parts, policy: ALLOW_ALL, definitions: parts.definitions }
  return (await objectKeysOf(context, call, { type: 'Binary', id })).includes(key)
}
