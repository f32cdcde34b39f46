import type { DefinitionsProvider } from '../definitions.ts'
import type { AccessPolicy } from './policy.ts'

/**
 * The same policy, but that of types which are not served nothing exists: what is left of them, from a time when they
 * were, comes up in no chain, include, reference or history either.
 */
export const hideTypes = (policy: AccessPolicy, definitions: DefinitionsProvider): AccessPolicy => ({
  permits: (call, interaction, type) => policy.permits(call, interaction, type),
  visible: (call, type) =>
    definitions.for(call.tenant).isServed(type) ? policy.visible(call, type) : { kind: 'nothing' },
})
