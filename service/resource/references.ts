import type { Definitions } from '../definitions.ts'
import type { ResourceContent } from './content.ts'

/** What a link becomes; undefined leaves it. */
export type ResolveLink = (link: string) => string | undefined

export interface FoundReference {
  /** FHIRPath: `Observation.subject`. */
  readonly expression: string
  /** The text of Reference.reference. */
  readonly reference: string
}

/** R4 http.html#trules: the same object where no link changes, else a copy that shares what didn't. */
export function rewriteLinks(
  _definitions: Definitions,
  resource: ResourceContent,
  _resolve: ResolveLink,
): ResourceContent {
  return resource
}

/** Every Reference.reference in the resource, those of contained resources included. */
export function collectReferences(_definitions: Definitions, _resource: ResourceContent): FoundReference[] {
  return []
}
