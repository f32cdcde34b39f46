/** Bytes of Binaries that no version names: a process has died between the two, or a purge did. */
import { ALLOW_ALL } from '../access/policy.ts'
import type { Call } from '../call.ts'
import type { DefinitionsProvider } from '../definitions.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { ListedObject, ObjectStore } from '../ports/object-store.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import { objectKeysOf } from './erase-bytes.ts'

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

/** Takes away what no version names, in all tenants. How many that were. @throws Fault unavailable at the deadline. */
export async function sweepUnnamedObjects(
  parts: ObjectSweepParts,
  { deadline, keptSince = Number.NEGATIVE_INFINITY }: ObjectSweep,
): Promise<number> {
  const { objects, clock } = parts
  let count = 0
  let after: string | undefined
  do {
    const page = await objects.list('binary', after, deadline)
    const old = page.objects.filter(({ keptAt }) => keptAt >= keptSince && keptAt < clock.now() - UNNAMED_MS)
    for (const object of old) {
      if (await isNamed(parts, object, deadline)) continue
      await objects.delete(object.tenant, object.key, deadline)
      count += 1
    }
    after = page.next
  } while (after !== undefined)
  return count
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
