import {
  type CompileSurroundings,
  compileParameter,
  sharedBases,
  withoutExpression,
} from '#schema/expressions/compile-parameter.ts'
import type { TypeLookup } from '#schema/expressions/extraction.ts'
import type { Manifest, SearchParameterTable, TypeTable } from '#schema/tables.ts'
import { compareText } from './compare-text.ts'
import { correctParameter } from './corrections.ts'
import type { SearchParameter } from './definitions.ts'
import type { Report } from './diagnostics.ts'

export interface CompiledSearchParameters {
  /** By resource type, and for what all types share by `Resource` and `DomainResource`; sorted by code. */
  readonly byType: ReadonlyMap<string, readonly SearchParameterTable[]>
  readonly uncompiled: Manifest['uncompiled']
}

/** Compiles each parameter once for each of its base types. */
export function compileSearchParameters(
  definitions: readonly SearchParameter[],
  types: ReadonlyMap<string, TypeTable>,
  report: Report,
): CompiledSearchParameters {
  const around: CompileSurroundings = {
    types: typeLookup(types),
    report,
    byUrl: new Map(definitions.map(each => [each.url, each])),
  }
  const byType = new Map<string, SearchParameterTable[]>(sharedBases.map(base => [base, []]))
  for (const { kind, name } of types.values()) if (kind === 'resource') byType.set(name, [])
  const uncompiled: { url: string; type: string; reason: string }[] = []
  for (const definition of definitions.map(published => correctParameter(published, report))) {
    for (const type of definition.base) {
      const tables = byType.get(type)
      const compiled =
        tables === undefined ? `${type} is no resource type of R4.` : compileParameter(definition, type, around)
      if (typeof compiled !== 'string') tables?.push(compiled)
      else uncompiled.push({ url: definition.url, type, reason: compiled })
    }
  }
  for (const { url, type, reason } of uncompiled) {
    const severity = reason === withoutExpression ? 'information' : 'warning'
    report({ severity, code: 'parameter-uncompiled', subject: `${type}: ${url}`, message: reason })
  }
  for (const tables of byType.values()) tables.sort((a, b) => compareText(a.code, b.code))
  uncompiled.sort((a, b) => compareText(a.url, b.url) || compareText(a.type, b.type))
  return { byType, uncompiled }
}

/** The component of a path is in the table of the type that the path starts with. */
const typeLookup = (types: ReadonlyMap<string, TypeTable>): TypeLookup => ({
  isResourceType: name => types.get(name)?.kind === 'resource',
  elements: path => types.get(path.split('.')[0] ?? path)?.components[path],
})
