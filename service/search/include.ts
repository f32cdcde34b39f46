/** Which resources a page of matches brings along. R4 search.html#include, search.html#revinclude */
import type { Definitions } from '../definitions.ts'
import { invariant } from '../invariant.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import type { Query } from './ast.ts'
import type { IncludeDirective } from './parse.ts'

export interface IncludeRound {
  readonly definitions: Definitions
  readonly baseUrl: string
  readonly directives: readonly IncludeDirective[]
  /** The first round starts from the matches with all directives; later ones from what the round before brought. */
  readonly first: boolean
}

/** Local resources that the directives lead to from these, each once, in the order met; not those known already. */
export function includeTargets(
  _round: IncludeRound,
  _resources: Iterable<ResourceContent>,
  _known: ReadonlySet<string>,
): ResourceKey[] {
  invariant(false, 'includeTargets is not there yet')
}

/** Searches for the resources that point at these; each still has to be scoped. */
export function revincludeQueries(_round: IncludeRound, _resources: readonly ResourceKey[]): Query[] {
  invariant(false, 'revincludeQueries is not there yet')
}
