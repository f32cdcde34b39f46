import { withinSecurityContext } from '../binary/security-context.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Revealed } from '../fhir-service.ts'
import type { Limits } from '../limits.ts'
import type { VersionHint } from '../ports/resource-store.ts'
import type { StoredVersion } from '../ports/stored-version.ts'
import { isRevealed, reveal } from './reveal.ts'

/** The part of the service that reading by id needs. */
export interface ReadContext extends Pick<ServiceContext, 'ports' | 'policy' | 'definitions'> {
  readonly limits: Pick<Limits, 'readBatchMax'>
}

/**
 * The newest version of each resource in the order asked; undefined where there is none, where it is deleted, or where
 * the policy hides it. Asks the store in batches, and for each resource once.
 */
export async function readMany(
  context: ReadContext,
  call: Call,
  keys: readonly VersionHint[],
): Promise<(Revealed | undefined)[]> {
  const { policy } = context
  const definitions = context.definitions.for(call.tenant)
  const distinct = new Map<string, VersionHint>()
  for (const key of keys) distinct.set(`${key.type}/${key.id}`, key)
  const hints = [...distinct.values()].filter(key => policy.visible(call, key.type).kind !== 'nothing')
  const revealed = (await readNewestInBatches(context, call, hints)).flatMap(stored => {
    const version = reveal(call, policy, definitions, stored)
    return isRevealed(version) ? [version] : []
  })
  const found = new Map<string, Revealed>()
  for (const version of await withinSecurityContext(context, call, revealed)) {
    if (version) found.set(`${version.type}/${version.id}`, version)
  }
  return keys.map(key => found.get(`${key.type}/${key.id}`))
}

/** readNewest for any number of references, in order; the batches run at the same time. */
export async function readNewestInBatches(
  { ports, limits }: ReadContext,
  call: Call,
  hints: readonly VersionHint[],
): Promise<(StoredVersion | undefined)[]> {
  if (hints.length === 0) return []
  if (hints.length <= limits.readBatchMax) return ports.store.readNewest(call.tenant, hints, call.deadline)
  const batches: Promise<(StoredVersion | undefined)[]>[] = []
  for (let start = 0; start < hints.length; start += limits.readBatchMax) {
    const batch = hints.slice(start, start + limits.readBatchMax)
    batches.push(ports.store.readNewest(call.tenant, batch, call.deadline))
  }
  return (await Promise.all(batches)).flat()
}
