/**
 * From a resource to what search knows of it. The hottest code of ingestion: everything static is compiled once a
 * type.
 */
import type { ExtractionPath, ExtractionStep } from '#schema/tables.ts'
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import type { ParameterReference } from './ast.ts'
import { compartmentsOf } from './compartments.ts'
import { type CompositeWay, compositeWays } from './composite-ways.ts'
import { containedId, containedParameter, containedType, containerParameters } from './contained.ts'
import { derivationsOf, derivedParameter } from './derived-parameter.ts'
import { distinctValues } from './distinct-values.ts'
import type {
  DocumentWords,
  IndexDocument,
  IndexValue,
  ParameterValues,
  ReferenceValue,
  SimpleValue,
} from './document.ts'
import { compileSteps } from './extraction-steps.ts'
import {
  type Converter,
  converterFor,
  derivedConverterFor,
  type ImpliedSystem,
  type ValueSink,
} from './index-values.ts'
import { referenceTo } from './reference-value.ts'
import { documentWords } from './words.ts'

export interface ExtractVersion {
  readonly versionId: number
  /** Milliseconds since the epoch. */
  readonly lastUpdated: number
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
}

/**
 * The index document of a validated resource that has an id. `_lastUpdated` comes from the version, not from meta.
 */
export function extract(definitions: Definitions, resource: ResourceContent, version: ExtractVersion): IndexDocument {
  const { resourceType: type } = resource
  const { versionId, lastUpdated } = version
  const id = String(resource.id)
  const inside = resource.contained === undefined ? undefined : containedIn(definitions, resource)
  const sink = sinkOf(definitions, version.baseUrl, inside && referencesTo({ type, id }, inside))
  const entries = entriesOf(definitions, resource, lastUpdated, sink)
  const compartments = compartmentsOf(definitions, { type, id, entries })
  const container = { type, id, versionId, lastUpdated, entries, compartments }
  const contained = inside?.map(one => containedDocument(definitions, one, container, sink))
  return new ExtractedDocument({ ...container, contained }, resource)
}

function entriesOf(
  definitions: Definitions,
  resource: ResourceContent,
  lastUpdated: number,
  sink: ValueSink,
): ParameterValues[] {
  sink.resource = resource
  const entries: ParameterValues[] = []
  for (const { parameter, visits } of extractorsOf(definitions, resource.resourceType)) {
    if (parameter.code === '_lastUpdated') {
      entries.push({ parameter, values: [{ kind: 'date', low: lastUpdated, high: lastUpdated + 1 }] })
      continue
    }
    for (const visit of visits) visit(resource, sink)
    if (sink.values.length === 0) continue
    entries.push({ parameter, values: distinctValues(sink.values) })
    sink.values = []
  }
  return entries
}

/** A contained resource has the compartments, security labels and time of what it is in: it has none of its own. */
function containedDocument(
  definitions: Definitions,
  resource: ResourceContent,
  container: IndexDocument,
  sink: ValueSink,
): IndexDocument {
  const { resourceType } = resource
  const { type, id, versionId, lastUpdated, compartments } = container
  const ofContainer = containerParameters(resourceType)
  const security = definitions.searchParameters(resourceType).get(SECURITY)
  const labels = container.entries.find(({ parameter }) => parameter.code === SECURITY)
  const own = entriesOf(definitions, resource, lastUpdated, sink).filter(({ parameter }) => parameter !== security)
  const entries = [
    ...own.map(({ parameter, values }) => ({ parameter: containedParameter(parameter), values })),
    ...(security && labels ? [{ parameter: containedParameter(security), values: labels.values }] : []),
    { parameter: ofContainer.container, values: [referenceTo(type, id)] },
    { parameter: ofContainer.containerType, values: [{ kind: 'token', system: '', code: type } as const] },
  ]
  const key = { type: containedType(resourceType), id: containedId(container, String(resource.id)) }
  return new ExtractedDocument({ ...key, versionId, lastUpdated, entries, compartments }, resource)
}

const SECURITY = '_security'

/** Contained resources that references can name; undefined: there are none. */
function containedIn(definitions: Definitions, { contained }: ResourceContent): ResourceContent[] | undefined {
  if (!Array.isArray(contained)) return undefined
  const found = new Map<string, ResourceContent>()
  for (const resource of contained as readonly (ResourceContent | null)[]) {
    const id = resource?.id
    if (typeof id !== 'string' || id === '' || found.has(id)) continue
    if (resource && definitions.isResourceType(resource.resourceType)) found.set(id, resource)
  }
  return found.size === 0 ? undefined : [...found.values()]
}

/** Also from contained resources to each other, and to what they are in, which is '#' alone. */
const referencesTo = (container: ResourceKey, inside: readonly ResourceContent[]): Map<string, ReferenceValue> =>
  new Map([
    ['', referenceTo(container.type, container.id)],
    ...inside.map(({ resourceType, id }): [string, ReferenceValue] => [
      String(id),
      referenceTo(containedType(resourceType), containedId(container, String(id))),
    ]),
  ])

/** Its words are taken out when they are first asked for: of most documents they never are. */
class ExtractedDocument implements IndexDocument {
  readonly type: string
  readonly id: string
  readonly versionId: number
  readonly lastUpdated: number
  readonly entries: readonly ParameterValues[]
  readonly compartments: readonly string[]
  readonly contained: readonly IndexDocument[] | undefined
  readonly #resource: ResourceContent
  #words: DocumentWords | undefined

  constructor(document: Omit<IndexDocument, 'words'>, resource: ResourceContent) {
    this.type = document.type
    this.id = document.id
    this.versionId = document.versionId
    this.lastUpdated = document.lastUpdated
    this.entries = document.entries
    this.compartments = document.compartments
    this.contained = document.contained
    this.#resource = resource
  }

  get words(): DocumentWords {
    this.#words ??= documentWords(this.#resource)
    return this.#words
  }
}

/** The references that one parameter finds in a resource, for includes. */
export function extractReferences(
  definitions: Definitions,
  resource: ResourceContent,
  parameter: SearchParameter,
  baseUrl: string | undefined,
): ReferenceValue[] {
  const sink = sinkOf(definitions, baseUrl)
  const extractor = extractorsOf(definitions, resource.resourceType).find(one => one.parameter.url === parameter.url)
  for (const visit of extractor?.visits ?? []) visit(resource, sink)
  return sink.values.filter((value: IndexValue) => value.kind === 'reference')
}

const sinkOf = (
  definitions: Definitions,
  baseUrl: string | undefined,
  contained?: ReadonlyMap<string, ReferenceValue>,
): ValueSink => ({
  values: [],
  contained,
  basePrefix: baseUrl === undefined ? undefined : `${baseUrl}/`,
  isResourceType: definitions.isResourceType,
})

interface Extractor {
  readonly parameter: ParameterReference
  readonly visits: readonly Converter[]
}

const compiled = new WeakMap<Definitions, Map<string, readonly Extractor[]>>()

function extractorsOf(definitions: Definitions, resourceType: string): readonly Extractor[] {
  let byType = compiled.get(definitions)
  if (!byType) {
    byType = new Map()
    compiled.set(definitions, byType)
  }
  let extractors = byType.get(resourceType)
  if (!extractors) {
    extractors = compileExtractors(definitions, resourceType)
    byType.set(resourceType, extractors)
  }
  return extractors
}

function compileExtractors(definitions: Definitions, resourceType: string): readonly Extractor[] {
  const extractors: Extractor[] = []
  const derived = new Map<ParameterReference, Converter>()
  for (const parameter of definitions.searchParameters(resourceType).values()) {
    if (parameter.kind === 'composite') {
      for (const way of compositeWays(definitions, parameter)) {
        if (way.kind === 'element') derived.set(way.parameter, compileElement(definitions, resourceType, way))
      }
      continue
    }
    const visits = parameter.paths.map(path => compilePath(definitions, resourceType, parameter, path))
    extractors.push({ parameter, visits })
    for (const path of parameter.paths) {
      for (const derivation of derivationsOf(parameter.kind, path)) {
        const convert = derivedConverterFor(derivation, path.type)
        const itself = derivedParameter(definitions, resourceType, path, derivation)
        if (convert) derived.set(itself, compileSteps(path.steps, convert))
      }
    }
  }
  for (const [parameter, visit] of derived) extractors.push({ parameter, visits: [visit] })
  return extractors
}

/** One value for each element that has a value of every component. */
function compileElement(
  definitions: Definitions,
  resourceType: string,
  { path, components }: Extract<CompositeWay, { readonly kind: 'element' }>,
): Converter {
  const plain = components.map(component =>
    component.paths.map(each => compilePath(definitions, resourceType, component, each, path)),
  )
  const quantities = components.filter(({ kind }) => kind === 'quantity')
  const visits = [...plain, ...quantities.map(({ paths }) => paths.flatMap(canonicalVisit))]
  return compileSteps(path.steps, (element, sink) => {
    const { values } = sink
    const found: SimpleValue[][] = []
    for (const ofComponent of visits) {
      sink.values = []
      for (const visit of ofComponent) visit(element, sink)
      if (sink.values.length === 0 && found.length < plain.length) break
      found.push(distinctValues(sink.values) as SimpleValue[])
    }
    sink.values = values
    if (found.length === visits.length) values.push({ kind: 'composite', components: found })
  })
}

function canonicalVisit(path: ExtractionPath): Converter | readonly [] {
  const [derivation] = derivationsOf('quantity', path)
  const convert = derivation && derivedConverterFor(derivation, path.type)
  return convert ? compileSteps(path.steps, convert) : []
}

function compilePath(
  definitions: Definitions,
  resourceType: string,
  parameter: SearchParameter,
  path: ExtractionPath,
  above?: ExtractionPath,
): Converter {
  const whole = above ? [...above.steps, ...path.steps] : path.steps
  const systemOf = path.type === 'code' ? impliedSystem(definitions, resourceType, whole) : () => ''
  const convert = converterFor(parameter.kind, path.type, systemOf)
  return convert ? compileSteps(path.steps, convert) : () => {}
}

/**
 * An element of type code says no system: it is that of its required binding, where the value set can be listed and the
 * code belongs to one system only. R4 search.html#token
 */
function impliedSystem(
  definitions: Definitions,
  resourceType: string,
  steps: readonly ExtractionStep[],
): ImpliedSystem {
  let component = definitions.component(resourceType)
  let binding: string | undefined
  for (const step of steps) {
    if (typeof step !== 'string') continue
    const property = component?.properties.get(step)
    binding = property?.element.binding
    component = property && !property.primitive ? definitions.component(property.type) : undefined
  }
  const valueSet = binding === undefined ? undefined : definitions.valueSet(binding)
  const systems = new Map<string, string>()
  for (const [system, codes] of Object.entries(valueSet?.codes ?? {})) {
    for (const code of codes) systems.set(code, systems.has(code) ? '' : system)
  }
  return code => systems.get(code) ?? ''
}
