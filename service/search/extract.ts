/**
 * From a resource to what search knows of it. The hottest code of ingestion: everything static is compiled once a
 * type.
 */
import type { ExtractionPath } from '#schema/tables.ts'
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { ResourceContent } from '../resource/content.ts'
import { compartmentsOf } from './compartments.ts'
import { distinctValues } from './distinct-values.ts'
import type { IndexDocument, IndexValue, ParameterValues, ReferenceValue } from './document.ts'
import { compileSteps } from './extraction-steps.ts'
import { type Converter, converterFor, type ImpliedSystem, type ValueSink } from './index-values.ts'

export interface ExtractVersion {
  readonly versionId: number
  /** Milliseconds since the epoch. */
  readonly lastUpdated: number
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
}

/**
 * The index document of a validated resource that has an id. `_lastUpdated` comes from the version, not from meta.
 * Composite and special parameters have no values yet.
 */
export function extract(definitions: Definitions, resource: ResourceContent, version: ExtractVersion): IndexDocument {
  const sink = sinkOf(definitions, version.baseUrl)
  const entries: ParameterValues[] = []
  for (const { parameter, visits } of extractorsOf(definitions, resource.resourceType)) {
    if (parameter.code === '_lastUpdated') {
      const { lastUpdated } = version
      entries.push({ parameter, values: [{ kind: 'date', low: lastUpdated, high: lastUpdated + 1 }] })
      continue
    }
    for (const visit of visits) visit(resource, sink)
    if (sink.values.length === 0) continue
    entries.push({ parameter, values: distinctValues(sink.values) })
    sink.values = []
  }
  const document = {
    type: resource.resourceType,
    id: String(resource.id),
    versionId: version.versionId,
    lastUpdated: version.lastUpdated,
    entries,
  }
  return { ...document, compartments: compartmentsOf(definitions, document) }
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

const sinkOf = (definitions: Definitions, baseUrl: string | undefined): ValueSink => ({
  values: [],
  basePrefix: baseUrl === undefined ? undefined : `${baseUrl}/`,
  isResourceType: definitions.isResourceType,
})

interface Extractor {
  readonly parameter: SearchParameter
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
    extractors = [...definitions.searchParameters(resourceType).values()]
      .filter(({ kind }) => kind !== 'composite' && kind !== 'special')
      .map(parameter => ({
        parameter,
        visits: parameter.paths.map(path => compilePath(definitions, resourceType, parameter, path)),
      }))
    byType.set(resourceType, extractors)
  }
  return extractors
}

function compilePath(
  definitions: Definitions,
  resourceType: string,
  parameter: SearchParameter,
  path: ExtractionPath,
): Converter {
  const systemOf = path.type === 'code' ? impliedSystem(definitions, resourceType, path) : () => ''
  const convert = converterFor(parameter.kind, path.type, systemOf)
  return convert ? compileSteps(path.steps, convert) : () => {}
}

/**
 * An element of type code says no system: it is that of its required binding, where the value set can be listed and the
 * code belongs to one system only. R4 search.html#token
 */
function impliedSystem(definitions: Definitions, resourceType: string, path: ExtractionPath): ImpliedSystem {
  let component = definitions.component(resourceType)
  let binding: string | undefined
  for (const step of path.steps) {
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
