/** R4 binary.html, securityContext: who may see that resource may see the Binary, and nobody else. */
import type { ReadContext } from '../access/read-many.ts'
import { isRevealed, reveal, type Tombstone } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { Revealed } from '../fhir-service.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { JsonObject } from '../resource/content.ts'

/** The versions without the Binaries whose securityContext the caller may not see: those are undefined. */
export async function withinSecurityContext<Version extends Revealed | Tombstone>(
  context: ReadContext,
  call: Call,
  versions: readonly Version[],
): Promise<readonly (Version | undefined)[]> {
  if (!versions.some(({ type }) => type === 'Binary')) return versions
  const { policy } = context
  const named = versions.map(version => contextOf(call, version))
  const judged = named.flatMap(key => (key && policy.visible(call, key.type).kind !== 'everything' ? [key] : []))
  if (judged.length === 0) return versions
  const definitions = context.definitions.for(call.tenant)
  const targets = await context.ports.store.readNewest(call.tenant, judged, call.deadline)
  const hidden = new Set(judged.map(keyText))
  for (const target of targets) {
    const seen = reveal(call, policy, definitions, target)
    if (isRevealed(seen)) hidden.delete(keyText(seen))
  }
  return versions.map((version, index) => {
    const key = named[index]
    return key && hidden.has(keyText(key)) ? undefined : version
  })
}

const keyText = ({ type, id }: ResourceKey): string => `${type}/${id}`

const LOCAL = /^([A-Z][A-Za-z]*)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/

/** undefined: there is none, or it is not of this server, so that there is nothing to ask. */
function contextOf({ baseUrl }: Call, version: Revealed | Tombstone): ResourceKey | undefined {
  if (version.type !== 'Binary' || !isRevealed(version)) return undefined
  const { reference } = (version.content().securityContext ?? {}) as JsonObject
  if (typeof reference !== 'string') return undefined
  const local = reference.startsWith(`${baseUrl}/`) ? reference.slice(baseUrl.length + 1) : reference
  const [, type, id] = LOCAL.exec(local) ?? []
  return type !== undefined && id !== undefined ? { type, id } : undefined
}
