import type {
  CompositeComponentTable,
  ExtractionPath,
  Manifest,
  SearchParameterTable,
  SearchParameterType,
  TypeTable,
} from '#schema/tables.ts'
import { compareText } from './compare-text.ts'
import { correctParameter } from './corrections.ts'
import type { SearchParameter } from './definitions.ts'
import type { Report } from './diagnostics.ts'
import { type ExtractionContext, type Selection, select, UnsupportedExpression } from './extraction.ts'
import { FhirPathSyntaxError, parseFhirPath } from './fhirpath.ts'
import { valueTypes } from './value-types.ts'

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
  const around: Surroundings = { types, report, byUrl: new Map(definitions.map(each => [each.url, each])) }
  const byType = new Map<string, SearchParameterTable[]>(sharedBases.map(base => [base, []]))
  for (const { kind, name } of types.values()) if (kind === 'resource') byType.set(name, [])
  const uncompiled: { url: string; type: string; reason: string }[] = []
  for (const definition of definitions.map(published => correctParameter(published, report))) {
    for (const type of definition.base) {
      const tables = byType.get(type)
      const compiled = tables === undefined ? `${type} is no resource type of R4.` : compile(definition, type, around)
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

const sharedBases = ['Resource', 'DomainResource']

const withoutExpression = 'The definition has no expression: it is evaluated by its own rules.'

interface Surroundings {
  readonly types: ReadonlyMap<string, TypeTable>
  readonly byUrl: ReadonlyMap<string, SearchParameter>
  readonly report: Report
}

/** The table, or the reason why there is none. */
function compile(definition: SearchParameter, base: string, around: Surroundings): SearchParameterTable | string {
  if (definition.expression === undefined) return withoutExpression
  const subject = `${base}.${definition.code}`
  const { url, code } = definition
  const type = parameterType(definition)
  // What all types share is compiled against one that has every shared element.
  const resourceType = sharedBases.includes(base) ? 'Basic' : base
  const start = [{ steps: [], type: resourceType }]
  const selections = selectionsOf(definition.expression, { types: around.types, resourceType, start })
  if (typeof selections === 'string') return selections
  const kept = keepValueTypes(selections, { type, subject, report: around.report })
  if (kept.length === 0) return `No ${type} value comes from ${typesOf(selections)}.`
  const paths = pathsOf(kept)
  if (type === 'reference') {
    const targets = referenceTargets(definition, kept, subject, around)
    return { code, url, type, paths, ...(targets === undefined ? {} : { targets }) }
  }
  if (type !== 'composite') return { code, url, type, paths }
  const components = compileComponents(definition, resourceType, selections, around)
  return typeof components === 'string' ? components : { code, url, type, paths, components }
}

function parameterType({ type, url }: SearchParameter): SearchParameterType {
  if (isParameterType(type)) return type
  throw new Error(`${url} has the unknown type ${type}.`)
}

const isParameterType = (type: string): type is SearchParameterType => Object.hasOwn(valueTypes, type)

const typesOf = (selections: readonly Selection[]): string =>
  selections.length === 0 ? 'nothing' : [...new Set(selections.map(({ type }) => type))].join(', ')

function selectionsOf(source: string, context: ExtractionContext): readonly Selection[] | string {
  try {
    return select(parseFhirPath(source), context)
  } catch (error) {
    if (error instanceof FhirPathSyntaxError) return `The expression could not be read: ${error.message}.`
    if (error instanceof UnsupportedExpression) return `The expression is not supported: ${error.message}.`
    throw error
  }
}

/** Choices offer types that the parameter has no use for (Procedure.performed as a string): said, then left out. */
function keepValueTypes(
  selections: readonly Selection[],
  { type, subject, report }: { type: SearchParameterType; subject: string; report: Report },
): readonly Selection[] {
  const wanted = valueTypes[type]
  if (wanted === 'any') return selections
  const kept = selections.filter(selection => wanted.includes(selection.type) || isWholeResource(type, selection))
  const leftOut = selections.filter(selection => !kept.includes(selection))
  if (leftOut.length > 0) {
    const message = `${typesOf(leftOut)} cannot be searched as ${type}`
    report({ severity: 'information', code: 'value-type-left-out', subject, message })
  }
  return kept
}

/** Bundle.composition and Bundle.message point at a resource that is inside of the bundle. */
const isWholeResource = (type: SearchParameterType, { steps }: Selection): boolean => {
  const last = steps.at(-1)
  return type === 'reference' && typeof last === 'object' && 'resourceType' in last
}

function pathsOf(selections: readonly Selection[]): readonly ExtractionPath[] {
  const paths = new Map<string, ExtractionPath>()
  for (const { steps, type } of selections) paths.set(JSON.stringify([steps, type]), { steps, type })
  return [...paths.values()]
}

function compileComponents(
  { component = [] }: SearchParameter,
  resourceType: string,
  selections: readonly Selection[],
  { types, byUrl, report }: Surroundings,
): readonly CompositeComponentTable[] | string {
  const tables: CompositeComponentTable[] = []
  for (const { definition: url, expression } of component) {
    const definition = byUrl.get(url)
    if (definition === undefined) return `Its component ${url} is unknown.`
    const type = parameterType(definition)
    const start = selections.map(selection => ({ steps: [], type: selection.type }))
    const found = selectionsOf(expression, { types, resourceType, start })
    if (typeof found === 'string') return `Component ${definition.code}: ${found}`
    const kept = keepValueTypes(found, { type, subject: `${resourceType} component ${definition.code}`, report })
    if (kept.length === 0) return `Component ${definition.code}: no ${type} value comes from ${typesOf(found)}.`
    tables.push({ code: definition.code, url, type, paths: pathsOf(kept) })
  }
  return tables
}

/** Lists that name nearly every type mean any: they were written before the last types were added. */
const anyTargetCount = 120

/** What both the parameter and its elements allow; undefined where any type is. */
function referenceTargets(
  { target = [] }: SearchParameter,
  selections: readonly Selection[],
  subject: string,
  { types, report }: Surroundings,
): readonly string[] | undefined {
  const declared = target.length === 0 || target.length > anyTargetCount ? undefined : new Set(target)
  const pointed = selections.some(isOpen) ? undefined : new Set(selections.flatMap(targetsOf))
  if (declared === undefined || pointed === undefined) return sortedTypes(declared ?? pointed, types)
  const both = declared.intersection(pointed)
  if (both.size > 0) return sortedTypes(both, types)
  const message = `the parameter names ${[...declared].join(', ')}, its elements ${[...pointed].join(', ')}`
  report({ severity: 'warning', code: 'targets-disagree', subject, message })
  return sortedTypes(pointed, types)
}

const targetsOf = ({ type, targets }: Selection): readonly string[] => targets ?? [type]

const isOpen = ({ type, targets }: Selection): boolean =>
  targets === undefined && (type === 'Reference' || type === 'canonical' || type === 'uri' || type === 'url')

function sortedTypes(
  names: ReadonlySet<string> | undefined,
  types: ReadonlyMap<string, TypeTable>,
): readonly string[] | undefined {
  if (names === undefined) return undefined
  return [...names].filter(name => types.get(name)?.kind === 'resource').sort(compareText)
}
