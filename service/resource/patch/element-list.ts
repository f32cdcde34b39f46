/** Elements of FHIR as they lie in JSON: a primitive and its extensions apart, in `given` and `_given`. R4 json.html */
import type { ComponentDefinition, Definitions, PropertyDefinition } from '../../definitions.ts'
import type { JsonObject, JsonValue } from '../content.ts'
import { isJsonObject } from '../json.ts'

/** One element: its value, and for a primitive what goes beside it. */
export interface ElementValue {
  readonly value: JsonValue | undefined
  readonly extra: JsonValue | undefined
}

/** All elements of one name in an object. */
export interface ElementList {
  readonly owner: JsonObject
  readonly property: PropertyDefinition
  readonly items: readonly ElementValue[]
}

/** Of a name as in FHIRPath; undefined where the component has no such element. A choice: as it is there, if it is. */
export function propertyOf(
  component: ComponentDefinition,
  owner: JsonObject,
  name: string,
): PropertyDefinition | undefined {
  const exact = component.properties.get(name)
  if (exact) return exact
  const choices = [...component.properties.values()].filter(({ element }) => element.choice && element.name === name)
  return choices.find(choice => owner[choice.name] !== undefined || owner[`_${choice.name}`] !== undefined)
}

export function elementsOf(owner: JsonObject, property: PropertyDefinition): ElementList {
  const values = owner[property.name]
  const extras = property.primitive ? owner[`_${property.name}`] : undefined
  return { owner, property, items: itemsOf(property, values, extras) }
}

function itemsOf(
  { many }: PropertyDefinition,
  values: JsonValue | undefined,
  extras: JsonValue | undefined,
): ElementValue[] {
  if (!many) return values === undefined && extras === undefined ? [] : [{ value: values, extra: extras }]
  const left = Array.isArray(values) ? values : []
  const right = Array.isArray(extras) ? extras : []
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => ({
    value: left[index] ?? undefined,
    extra: right[index] ?? undefined,
  }))
}

/** Puts these in the place of all elements of the list. */
export function setElements({ owner, property }: ElementList, items: readonly ElementValue[]): void {
  const { name, many } = property
  const values = items.map(({ value }) => value)
  const extras = items.map(({ extra }) => extra)
  assign(owner, name, many ? listOf(values) : values[0])
  if (property.primitive) assign(owner, `_${name}`, many ? listOf(extras) : extras[0])
}

/** R4 json.html#primitive: null holds the place of what is not there. */
const listOf = (items: readonly (JsonValue | undefined)[]): JsonValue[] | undefined =>
  items.every(item => item === undefined) ? undefined : items.map(item => item ?? null)

function assign(owner: JsonObject, name: string, value: JsonValue | undefined): void {
  if (value === undefined) delete owner[name]
  else owner[name] = value
}

/** The component whose elements are below one of the property; that of the resource that is there, where any may be. */
export function componentBelow(
  definitions: Definitions,
  { type }: PropertyDefinition,
  value: JsonValue | undefined,
): ComponentDefinition | undefined {
  if (type !== 'Resource') return definitions.component(type)
  const resourceType = isJsonObject(value) ? value.resourceType : undefined
  return typeof resourceType === 'string' ? definitions.component(resourceType) : undefined
}
