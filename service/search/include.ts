/** Which resources a page of matches brings along. R4 search.html#include, search.html#revinclude */
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import { anyOf } from './any-of.ts'
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

/** A reference without a version means the newest. */
export interface IncludeTarget extends ResourceKey {
  readonly versionId?: number
}

export interface IncludeTargets {
  readonly local: readonly IncludeTarget[]
  /** Searches for all versions of what canonical references name; each still has to be scoped. */
  readonly canonical: readonly Query[]
  /** `Type url|version`, `Type url|` for what is referred to without a version. */
  readonly canonicals: ReadonlySet<string>
}

/** `Type/id`, with `/_history/2` behind it where a version is meant. */
export const targetKey = ({ type, id, versionId }: IncludeTarget): string =>
  versionId === undefined ? `${type}/${id}` : `${type}/${id}/_history/${versionId}`

const VERSION_ID = /^[1-9][0-9]{0,14}$/

/** What `_include` leads to from these resources, each once, in the order met, without what is known already. */
export function includeTargets(
  round: IncludeRound,
  resources: Iterable<ResourceContent>,
  known: ReadonlySet<string>,
): IncludeTargets {
  const directives = activeDirectives(round, 'include')
  const local = new Map<string, IncludeTarget>()
  const canonical = new Map<string, Node>()
  if (directives.length === 0) return NO_TARGETS
  for (const resource of resources) {
    for (const { sourceType, parameter, targetType } of directives) {
      if (sourceType !== '*' && sourceType !== resource.resourceType) continue
      for (const its of parametersOf(round.definitions, resource.resourceType, parameter)) {
        for (const { type, id, url, version } of extractReferences(round.definitions, resource, its, round.baseUrl)) {
          if (url !== undefined) {
            for (const target of canonicalTypes(round.definitions, its, targetType))
              canonical.set(`${target} ${url}|${version ?? ''}`, canonicalNode(round.definitions, target, url, version))
          }
          if (type === undefined || id === undefined || (targetType !== undefined && targetType !== type)) continue
          const versionId = version !== undefined && VERSION_ID.test(version) ? Number(version) : undefined
          const found = { type, id, ...(versionId !== undefined && { versionId }) }
          if (!known.has(targetKey(found))) local.set(targetKey(found), found)
        }
      }
    }
  }
  return { local: [...local.values()], canonical: canonicalQueries(canonical), canonicals: new Set(canonical.keys()) }
}

const NO_TARGETS: IncludeTargets = { local: [], canonical: [], canonicals: new Set() }

/** Types that are named by a URL of their own. R4 references.html#canonical */
function canonicalTypes(
  definitions: Definitions,
  { paths, targets }: SearchParameter,
  targetType: string | undefined,
): readonly string[] {
  if (!paths.some(({ type }) => type === 'canonical' || type === 'uri')) return []
  return (targets ?? definitions.resourceTypes).filter(
    type => (targetType === undefined || targetType === type) && definitions.searchParameters(type).has('url'),
  )
}

function canonicalNode(definitions: Definitions, type: string, url: string, version: string | undefined): Node {
  const parameters = definitions.searchParameters(type)
  const [urls, versions] = [parameters.get('url'), parameters.get('version')]
  if (!urls) return { kind: 'nothing' }
  const named: Node = { kind: 'uri', parameter: urls, mode: 'exact', value: url }
  if (version === undefined || !versions) return named
  return {
    kind: 'and',
    nodes: [named, { kind: 'token', parameter: versions, system: undefined, code: version }],
  }
}

function canonicalQueries(found: ReadonlyMap<string, Node>): Query[] {
  const byType = Map.groupBy(found, ([key]) => key.slice(0, key.indexOf(' ')))
  return [...byType].flatMap(([type, entries]) =>
    anyOfQueries(
      type,
      entries.map(([, node]) => node),
    ),
  )
}

/**
 * Of all that has a URL which is referred to: the versions that are named and, where none is, the one that was written
 * last. Which business version follows which nobody can tell from their texts. R4 references.html#canonical
 */
export function namedVersions<Found extends Candidate>(
  canonicals: ReadonlySet<string>,
  candidates: readonly Found[],
): readonly Found[] {
  const newest = new Map<string, Found>()
  for (const one of candidates) {
    const last = newest.get(canonicalName(one))
    if (!last || last.lastUpdated <= one.lastUpdated) newest.set(canonicalName(one), one)
  }
  return candidates.filter(one => {
    const name = canonicalName(one)
    const { version } = one.content()
    const isNamed = typeof version === 'string' && canonicals.has(name + version)
    return isNamed || (canonicals.has(name) && newest.get(name) === one)
  })
}

const canonicalName = (one: Candidate): string => `${one.type} ${one.content().url}|`

export interface Candidate extends RevincludeTarget {
  readonly lastUpdated: number
}

/** References in one query: engines look them up as a list. */
const REFERENCES_MAX = 500

/**
 * Searches for the resources that point at these by `_revinclude`; each still has to be scoped. Several directives
 * may find the same resource.
 */
export function revincludeQueries(round: IncludeRound, resources: readonly RevincludeTarget[]): Query[] {
  return activeDirectives(round, 'revinclude').flatMap(directive =>
    parametersOf(round.definitions, directive.sourceType, directive.parameter).flatMap(parameter => {
      const reached = resources.filter(({ type }) => pointsTo(directive, parameter, type))
      return anyOfQueries(
        directive.sourceType,
        reached.flatMap(resource => referencesTo(round.definitions, parameter, resource)),
      )
    }),
  )
}

export interface RevincludeTarget extends ResourceKey {
  content(): ResourceContent
}

/** By type and id and, where the parameter holds canonical references, by the URL that the resource says is its own. */
function referencesTo(definitions: Definitions, parameter: SearchParameter, resource: RevincludeTarget): Node[] {
  const { type, id } = resource
  const local: Node = { kind: 'reference', parameter, type, id, url: undefined, version: undefined }
  if (canonicalTypes(definitions, parameter, type).length === 0) return [local]
  const { url } = resource.content()
  if (typeof url !== 'string') return [local]
  return [local, { kind: 'reference', parameter, type: undefined, id: undefined, url, version: undefined }]
}

function anyOfQueries(type: string, nodes: readonly Node[]): Query[] {
  const queries: Query[] = []
  for (let start = 0; start < nodes.length; start += REFERENCES_MAX) {
    queries.push({ type, where: anyOf(nodes.slice(start, start + REFERENCES_MAX)) })
  }
  return queries
}

const activeDirectives = ({ directives, first }: IncludeRound, direction: IncludeDirective['direction']) =>
  directives.filter(directive => directive.direction === direction && (first || directive.iterate))

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
