/** Which resources a page of matches brings along. R4 search.html#include, search.html#revinclude */
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import type { Node, Query } from './ast.ts'
import { extractReferences } from './extract.ts'
import type { IncludeDirective } from './parse.ts'

export interface IncludeRound {
  readonly definitions: Definitions
  /** Absolute references below it are local. */
  readonly baseUrl: string
  readonly directives: readonly IncludeDirective[]
  /** The first round starts from the matches with all directives; later ones from what the round before brought. */
  readonly first: boolean
}

/**
 * Local resources that `_include` leads to from these, each once, in the order met, without those known already (as
 * `Type/id`). Versions of references are left out: the newest is meant.
 */
export function includeTargets(
  round: IncludeRound,
  resources: Iterable<ResourceContent>,
  known: ReadonlySet<string>,
): ResourceKey[] {
  const directives = activeDirectives(round, 'include')
  const found = new Map<string, ResourceKey>()
  if (directives.length === 0) return []
  for (const resource of resources) {
    for (const { sourceType, parameter, targetType } of directives) {
      if (sourceType !== '*' && sourceType !== resource.resourceType) continue
      for (const { type, id } of referencesOf(round, resource, parameter)) {
        if (type === undefined || id === undefined || (targetType !== undefined && targetType !== type)) continue
        const key = `${type}/${id}`
        if (!known.has(key)) found.set(key, { type, id })
      }
    }
  }
  return [...found.values()]
}

/** References in one query: engines look them up as a list. */
const REFERENCES_MAX = 500

/**
 * Searches for the resources that point at these by `_revinclude`; each still has to be scoped. Several directives
 * may find the same resource.
 */
export function revincludeQueries(round: IncludeRound, resources: readonly ResourceKey[]): Query[] {
  const queries: Query[] = []
  for (const directive of activeDirectives(round, 'revinclude')) {
    for (const parameter of parametersOf(round.definitions, directive.sourceType, directive.parameter)) {
      const references = resources
        .filter(({ type }) => pointsTo(directive, parameter, type))
        .map(({ type, id }): Node => ({ kind: 'reference', parameter, type, id, url: undefined, version: undefined }))
      for (let start = 0; start < references.length; start += REFERENCES_MAX) {
        const nodes = references.slice(start, start + REFERENCES_MAX)
        const [only] = nodes
        queries.push({
          type: directive.sourceType,
          where: only && nodes.length === 1 ? only : { kind: 'or', nodes },
        })
      }
    }
  }
  return queries
}

const activeDirectives = ({ directives, first }: IncludeRound, direction: IncludeDirective['direction']) =>
  directives.filter(directive => directive.direction === direction && (first || directive.iterate))

function referencesOf(round: IncludeRound, resource: ResourceContent, parameter: SearchParameter | '*') {
  const { definitions, baseUrl } = round
  return parametersOf(definitions, resource.resourceType, parameter).flatMap(one =>
    extractReferences(definitions, resource, one, baseUrl),
  )
}

/** '*' stands for every reference parameter of the type. */
function parametersOf(
  definitions: Definitions,
  type: string,
  parameter: SearchParameter | '*',
): readonly SearchParameter[] {
  if (parameter !== '*') return [parameter]
  return [...definitions.searchParameters(type).values()].filter(({ kind }) => kind === 'reference')
}

const pointsTo = ({ targetType }: IncludeDirective, { targets }: SearchParameter, type: string): boolean =>
  (targetType === undefined || targetType === type) && (targets === undefined || targets.includes(type))
