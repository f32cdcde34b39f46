/** R4 binary.html, securityContext: who may see that resource may see the Binary, and nobody else. */
import type { ReadContext } from '../access/read-many.ts'
import { isRevealed, reveal, type Tombstone } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { Revealed } from '../fhir-service.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { JsonObject, ResourceContent } from '../resource/content.ts'
import { parseReference } from '../resource/reference-text.ts'

/**
 * The versions without the Binaries whose securityContext the caller may not see: those are undefined. A tombstone is
 * judged by the version before it.
 */
export async function withinSecurityContext<Version extends Revealed | Tombstone | undefined>(
  context: ReadContext,
  call: Call,
  versions: readonly Version[],
): Promise<readonly (Version | undefined)[]> {
  if (!versions.some(version => version?.type === 'Binary')) return versions
  const { policy } = context
  const named = await mapConcurrently(versions, READS_AT_ONCE, version => contextOf(context, call, version))
  const judged = new Map(
    named.flatMap(key => (key && policy.visible(call, key.type).kind !== 'everything' ? [[keyText(key), key]] : [])),
  )
  if (judged.size === 0) return versions
  const definitions = context.definitions.for(call.tenant)
  const targets = await context.ports.store.readNewest(call.tenant, [...judged.values()], call.deadline)
  const hidden = new Set(judged.keys())
  for (const target of targets) {
    const seen = reveal(call, policy, definitions, target)
    if (isRevealed(seen)) hidden.delete(keyText(seen))
  }
  return versions.map((version, index) => {
    const key = named[index]
    return key && hidden.has(keyText(key)) ? undefined : version
  })
}

const READS_AT_ONCE = 16

const keyText = ({ type, id }: ResourceKey): string => `${type}/${id}`

/** undefined: there is none, or it is not of this server, so that there is nothing to ask. */
async function contextOf(
  context: ReadContext,
  call: Call,
  version: Revealed | Tombstone | undefined,
): Promise<ResourceKey | undefined> {
  if (version?.type !== 'Binary') return undefined
  const content = isRevealed(version) ? version.content() : await contentBefore(context, call, version)
  const { reference } = (content?.securityContext ?? {}) as JsonObject
  if (typeof reference !== 'string') return undefined
  const named = parseReference(reference)
  if (named.kind !== 'literal' || (named.base !== undefined && named.base !== call.baseUrl)) return undefined
  return { type: named.type, id: named.id }
}

/** undefined: it was purged. */
async function contentBefore(
  { ports, policy, definitions }: ReadContext,
  call: Call,
  { type, id, versionId }: Tombstone,
): Promise<ResourceContent | undefined> {
  if (versionId === 1) return undefined
  const stored = await ports.store.readVersion(call.tenant, { type, id }, versionId - 1, call.deadline)
  const before = reveal(call, policy, definitions.for(call.tenant), stored)
  return isRevealed(before) ? before.content() : undefined
}
