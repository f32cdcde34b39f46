import { withinSecurityContext } from '../binary/security-context.ts'
import type { Call } from '../call.ts'
import type { Revealed } from '../fhir-service.ts'
import type { StoredVersion } from '../ports/stored-version.ts'
import type { ReadContext } from './read-many.ts'
import { reveal, type Tombstone } from './reveal.ts'

/**
 * What the caller may see of each, in order: by the policy, and of a Binary by its securityContext as well. Whoever
 * reads versions from the store, for whatever, asks here.
 */
export function revealEach(
  context: ReadContext,
  call: Call,
  versions: readonly (StoredVersion | undefined)[],
): Promise<readonly (Revealed | Tombstone | undefined)[]> {
  const { policy } = context
  const definitions = context.definitions.for(call.tenant)
  return withinSecurityContext(
    context,
    call,
    versions.map(version => reveal(call, policy, definitions, version)),
  )
}

export async function revealOne(
  context: ReadContext,
  call: Call,
  version: StoredVersion | undefined,
): Promise<Revealed | Tombstone | undefined> {
  const [revealed] = await revealEach(context, call, [version])
  return revealed
}
