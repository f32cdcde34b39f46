import type {
  CodeHierarchyFile,
  CompartmentFile,
  Manifest,
  SearchParameterTable,
  TypeTable,
  ValueSetFile,
} from '#schema/tables.ts'
import { codeHierarchies } from './code-hierarchies.ts'
import { compareText } from './compare-text.ts'
import type { Definitions } from './definitions.ts'
import type { Report } from './diagnostics.ts'
import { typeTables } from './elements.ts'
import { restoreR4 } from './restore.ts'
import { compileSearchParameters } from './search-parameters.ts'
import { expandBoundValueSets } from './value-sets.ts'

/** What the emitters turn into text: nothing in it depends on where or when it was made. */
export interface Model {
  readonly types: ReadonlyMap<string, TypeTable>
  /** By resource type, `Resource` and `DomainResource`. */
  readonly searchParameters: ReadonlyMap<string, readonly SearchParameterTable[]>
  readonly valueSets: ValueSetFile
  readonly codeHierarchies: CodeHierarchyFile
  readonly compartments: CompartmentFile
  readonly manifest: Manifest
  /** HL7's short description of types and elements, by path: `Patient.contact.name`, `Observation.value[x]`. */
  readonly descriptions: ReadonlyMap<string, string>
}

export function buildModel(published: Definitions, report: Report): Model {
  const definitions = restoreR4(published, report)
  const types = typeTables(definitions.structures)
  const { byType, uncompiled } = compileSearchParameters(definitions.searchParameters, types, report)
  const namesOf = (kind: TypeTable['kind']): readonly string[] =>
    [...types.values()]
      .filter(type => type.kind === kind)
      .map(({ name }) => name)
      .sort(compareText)
  return {
    types,
    searchParameters: byType,
    valueSets: expandBoundValueSets(types.values(), definitions, report),
    codeHierarchies: codeHierarchies(definitions.codeSystems),
    compartments: compartments(definitions, byType, report),
    manifest: {
      fhirVersion: '4.0.1',
      resourceTypes: namesOf('resource'),
      complexTypes: namesOf('complex-type'),
      uncompiled,
      reverse: reverseFields(byType),
    },
    descriptions: shortDescriptions(definitions),
  }
}

const shortDescriptions = ({ structures }: Definitions): Model['descriptions'] =>
  new Map(
    structures
      .flatMap(({ snapshot }) => snapshot.element)
      .flatMap(({ path, short }) => (short === undefined ? [] : [[path, short] as const])),
  )

/** R4 compartmentdefinition.html: types without parameters are no members; `{def}` is the resource itself. */
function compartments(
  definitions: Definitions,
  searchParameters: Model['searchParameters'],
  report: Report,
): CompartmentFile {
  const file: Record<string, Record<string, readonly string[]>> = {}
  for (const { code: compartment, resource } of definitions.compartments) {
    const members: Record<string, readonly string[]> = {}
    for (const { code: type, param = [] } of resource) {
      const known = param.filter(code => {
        if (code === '{def}') return false
        const isKnown = searchParameters.get(type)?.some(table => table.code === code) === true
        const subject = `${compartment}: ${type}.${code}`
        if (!isKnown)
          report({ severity: 'warning', code: 'compartment-parameter-unknown', subject, message: 'left out' })
        return isKnown
      })
      if (known.length > 0) members[type] = known
    }
    file[compartment] = members
  }
  return file
}

/**
 * Left out: parameters that may point to any type, which would be a field in each of them, and those that hold
 * canonical URLs, which do not name a resource by its id.
 */
function reverseFields(searchParameters: Model['searchParameters']): Manifest['reverse'] {
  const pairs = [...searchParameters].flatMap(([source, parameters]) =>
    parameters.filter(pointsByReference).flatMap(({ code, targets = [] }) => {
      return targets.map(target => ({ target, source, code }))
    }),
  )
  pairs.sort((a, b) => compareText(a.target, b.target) || compareText(a.source, b.source))
  const byTarget = Map.groupBy(pairs, ({ target }) => target)
  return Object.fromEntries([...byTarget].map(([target, group]) => [target, codesBySource(group)]))
}

const pointsByReference = ({ paths }: SearchParameterTable): boolean => paths.some(({ type }) => type === 'Reference')

function codesBySource(
  pairs: readonly { readonly source: string; readonly code: string }[],
): Readonly<Record<string, readonly string[]>> {
  const bySource = Map.groupBy(pairs, ({ source }) => source)
  return Object.fromEntries([...bySource].map(([source, group]) => [source, group.map(({ code }) => code)]))
}
