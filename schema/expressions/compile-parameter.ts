/** From the definition of a search parameter to the steps that find its values. R4 searchparameter.html */
import type { CompositeComponentTable, ExtractionPath, SearchParameterTable, SearchParameterType } from '../tables.ts'
import { type ExtractionContext, type Selection, select, type TypeLookup, UnsupportedExpression } from './extraction.ts'
import { FhirPathSyntaxError, parseFhirPath } from './fhirpath.ts'
import { valueTypes } from './value-types.ts'

export interface ParameterDefinition {
  readonly url: string
  readonly code: string
  readonly type: string
  readonly expression?: string
  readonly target?: readonly string[]
  readonly component?: readonly { readonly definition: string; readonly expression: string }[]
}

/** What does not hinder, but may surprise. */
export interface ParameterNote {
  readonly severity: 'warning' | 'information'
  readonly code: 'value-type-left-out' | 'targets-disagree'
  /** `Type.code` */
  readonly subject: string
  readonly message: string
}

export interface CompileSurroundings {
  readonly types: TypeLookup
  /** Parameters that components of composites name. */
  readonly byUrl: ReadonlyMap<string, Pick<ParameterDefinition, 'code' | 'type' | 'url'>>
  readonly report: (note: ParameterNote) => void
}

/** Their parameters are those of every resource type. */
export const sharedBases = ['Resource', 'DomainResource']

export const withoutExpression = 'The definition has no expression: it is evaluated by its own rules.'

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The table, or the reason why there is none. */
export function compileParameter(
  definition: ParameterDefinition,
  base: string,
  around: CompileSurroundings,
): SearchParameterTable | string {
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

function parameterType({ type, url }: Pick<ParameterDefinition, 'type' | 'url'>): SearchParameterType {
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
  { type, subject, report }: { type: SearchParameterType; subject: string; report: CompileSurroundings['report'] },
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
  { component = [] }: ParameterDefinition,
  resourceType: string,
  selections: readonly Selection[],
  { types, byUrl, report }: CompileSurroundings,
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
  { target = [] }: ParameterDefinition,
  selections: readonly Selection[],
  subject: string,
  { types, report }: CompileSurroundings,
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

function sortedTypes(names: ReadonlySet<string> | undefined, types: TypeLookup): readonly string[] | undefined {
  if (names === undefined) return undefined
  return [...names].filter(name => types.isResourceType(name)).sort(compareText)
}
