/** Parts of resources: R4 search.html#summary and #elements. */
import type { ComponentDefinition, Definitions, PropertyDefinition } from '../definitions.ts'
import type { View } from '../fhir-service.ts'
import type { JsonObject, JsonValue, ResourceContent } from './content.ts'

/** Says that a resource is not whole, so that nobody writes it back as if it were. */
const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
} as const

/** In every view: who it is, and what changes the meaning of all the rest. */
const ALWAYS: ReadonlySet<string> = new Set(['id', 'meta', 'implicitRules', 'modifierExtension'])

/** Whether the view leaves a resource as it is, so that its bytes can go out unparsed. `count` cuts no resource. */
export const isFullView = ({ summary, elements }: View): boolean =>
  elements === undefined && (summary === undefined || summary === 'false' || summary === 'count')

/**
 * The same object where the view is full; else a copy, tagged SUBSETTED, that shares what it has with the resource.
 * Mandatory elements are in every view. Where the view names elements, they are what counts.
 */
export function applyView(definitions: Definitions, resource: ResourceContent, view: View): ResourceContent {
  const component = definitions.component(resource.resourceType)
  if (isFullView(view) || component === undefined) return resource
  return tagged(cut(definitions, component, resource, view))
}

function cut(
  definitions: Definitions,
  component: ComponentDefinition,
  resource: ResourceContent,
  { summary, elements }: View,
): JsonObject {
  if (elements !== undefined) {
    const wanted = new Set(elements.map(name => name.replace(/\[x\]$/, '')))
    return pick(component, resource, ({ name, element }) => wanted.has(element.name) || wanted.has(name))
  }
  if (summary === 'text') return pick(component, resource, ({ name }) => name === 'text')
  if (summary === 'true') return summarize(definitions, component, resource)
  const { text: _text, ...rest } = resource
  return rest
}

const isMandatory = ({ element }: PropertyDefinition): boolean => element.min !== undefined && element.min > 0

/** The property of a JSON name, be it that of a primitive's extensions. */
const propertyOf = ({ properties }: ComponentDefinition, name: string): PropertyDefinition | undefined =>
  properties.get(name) ?? (name.startsWith('_') ? properties.get(name.slice(1)) : undefined)

/** Whole top-level elements. */
function pick(
  component: ComponentDefinition,
  resource: ResourceContent,
  isWanted: (property: PropertyDefinition) => boolean,
): JsonObject {
  const picked: JsonObject = { resourceType: resource.resourceType }
  for (const name in resource) {
    const property = propertyOf(component, name)
    if (property && (ALWAYS.has(property.name) || isMandatory(property) || isWanted(property)))
      picked[name] = resource[name]
  }
  return picked
}

/** Elements marked as summary, in the parts of elements too: an Attachment's title, but not its data. */
function summarize(definitions: Definitions, component: ComponentDefinition, object: JsonObject): JsonObject {
  const summary: JsonObject = component.resource ? { resourceType: object.resourceType } : {}
  for (const name in object) {
    const property = propertyOf(component, name)
    if (property === undefined) continue
    const isKept =
      property.element.summary || isMandatory(property) || (component.resource && ALWAYS.has(property.name))
    const value = isKept ? summarizeValue(definitions, property, name, object[name]) : undefined
    if (value !== undefined) summary[name] = value
  }
  return summary
}

function summarizeValue(
  definitions: Definitions,
  property: PropertyDefinition,
  name: string,
  value: JsonValue | undefined,
): JsonValue | undefined {
  // Extensions are kept whole, those of primitives with their primitive; so are resources in the entries of a Bundle.
  if (property.primitive || name !== property.name || property.type === 'Extension') return value
  const component = definitions.component(property.type)
  if (component === undefined) return value
  const parts = (Array.isArray(value) ? value : [value]).flatMap(item => {
    const part = summarize(definitions, component, item as JsonObject)
    return Object.keys(part).length > 0 ? [part] : []
  })
  // Nothing of it is a summary: an empty element would be no FHIR, and a mandatory one must stay.
  if (parts.length === 0) return isMandatory(property) ? value : undefined
  return Array.isArray(value) ? parts : parts[0]
}

function tagged(resource: JsonObject): ResourceContent {
  const { resourceType, id, meta, ...rest } = resource
  const { tag, ...others } = (meta ?? {}) as JsonObject
  const tags = (Array.isArray(tag) ? tag : []) as JsonObject[]
  const isTagged = tags.some(({ system, code }) => system === SUBSETTED.system && code === SUBSETTED.code)
  return {
    resourceType: resourceType as string,
    ...(id !== undefined && { id }),
    meta: { ...others, tag: isTagged ? tags : [...tags, { ...SUBSETTED }] },
    ...rest,
  }
}
