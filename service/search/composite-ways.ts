/** How the two and more components of a composite parameter stay tied to one element. R4 search.html#composite */
import type { ExtractionPath } from '#schema/tables.ts'
import { type Definitions, type SearchParameter, searchParameterOf } from '../definitions.ts'
import type { ParameterReference } from './ast.ts'
import { compositeParameter } from './derived-parameter.ts'

/** One path of a composite parameter. */
export type CompositeWay =
  /** The element is the resource itself, so that other parameters have all that is to be known of it. */
  | { readonly kind: 'whole'; readonly parameters: readonly SearchParameter[] }
  /** There may be several elements: each is a value of its own, kept under this parameter. */
  | {
      readonly kind: 'element'
      readonly parameter: ParameterReference
      readonly path: ExtractionPath
      readonly components: readonly SearchParameter[]
    }

const known = new WeakMap<SearchParameter, readonly CompositeWay[]>()

export function compositeWays(definitions: Definitions, parameter: SearchParameter): readonly CompositeWay[] {
  let ways = known.get(parameter)
  if (!ways) {
    ways = parameter.paths.map(path => wayOf(definitions, parameter, path))
    known.set(parameter, ways)
  }
  return ways
}

function wayOf(definitions: Definitions, parameter: SearchParameter, path: ExtractionPath): CompositeWay {
  const { resourceType } = parameter
  const components = (parameter.table.components ?? []).map(table => searchParameterOf(resourceType, table))
  if (path.steps.length === 0) {
    const all = [...definitions.searchParameters(resourceType).values()]
    const parameters = components.flatMap(({ kind, paths }) => {
      const name = nameOf(paths)
      return all.find(each => each.kind === kind && nameOf(each.paths) === name) ?? []
    })
    if (parameters.length === components.length) return { kind: 'whole', parameters }
  }
  const name = components.map(({ kind, paths }) => `${kind}:${nameOf(paths)}`).join('$')
  return { kind: 'element', parameter: compositeParameter(definitions, resourceType, path, name), path, components }
}

/** But for what gives no values. */
const nameOf = (paths: readonly ExtractionPath[]): string =>
  paths
    .filter(({ type }) => type !== 'SampledData')
    .map(({ steps, type }) => JSON.stringify([steps, type]))
    .sort()
    .join()
