import type { Call } from '../call.ts'
import type { Node } from '../search/ast.ts'

/** Interactions as R4 valueset-type-restful-interaction.html and system-restful-interaction name them. */
export const INTERACTION_CODES = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'history-system',
  'create',
  'search-type',
  'search-system',
  'transaction',
  'batch',
  'capabilities',
  'operation',
] as const

export type InteractionCode = (typeof INTERACTION_CODES)[number]

/** What a deployment decides about access. Asked by the service only, once per use; the doors never ask. */
export interface AccessPolicy {
  /** May the caller do this at all? type is undefined at system level. */
  permits(call: Call, interaction: InteractionCode, type: string | undefined): boolean
  /**
   * Which resources of the type exist for the caller: `everything`, `nothing`, or a predicate on one resource (no
   * joins). Whatever it hides is answered as if it did not exist.
   */
  visible(call: Call, type: string): Node
  /** May the caller see how searches are run: the tree, what this policy adds to it, the engine's plan? Default: no. */
  explains?(call: Call): boolean
}

export const ALLOW_ALL: AccessPolicy = {
  permits: () => true,
  visible: () => ({ kind: 'everything' }),
  explains: () => true,
}
