/** FHIRPath Patch: a Parameters resource of operations. R4 fhirpatch.html */
import { choiceName } from '#schema/names.ts'
import {
  type ComponentDefinition,
  type Definitions,
  isPrimitiveType,
  type PropertyDefinition,
} from '../../definitions.ts'
import { fault } from '../../fault.ts'
import type { JsonObject, JsonValue, ResourceContent } from '../content.ts'
import { isJsonObject } from '../json.ts'
import { quote } from '../quote.ts'
import { assertValid } from '../validate.ts'
import {
  componentBelow,
  type ElementList,
  type ElementValue,
  elementsOf,
  propertyOf,
  setElements,
} from './element-list.ts'
import { type PatchOperation, parseOperations } from './fhirpath-operations.ts'
import { type ElementPath, findPlaces } from './fhirpath-places.ts'
import { copyJson, sizeOf } from './json-values.ts'
import { elementOfParameter } from './parameter-value.ts'
import { failedStep, type PatchStep } from './patch-fault.ts'

/**
 * A changed copy; the operations one after the other, each on what those before have made.
 * @throws Fault invalid where this is no FHIRPath Patch, unprocessable, with the parameter that holds it, where an
 * operation can't be done.
 */
export function applyFhirpathPatch(
  definitions: Definitions,
  resource: ResourceContent,
  parameters: JsonValue,
): ResourceContent {
  const operations = parseOperations(assertValid(definitions, parameters, { type: 'Parameters' }))
  assertAffordable(operations, resource)
  const patched = copyJson(resource) as ResourceContent
  for (const operation of operations) apply({ definitions, resource: patched, operation, step: operation.step })
  return patched
}

/** Each path is looked for in the whole resource: values times operations, some seconds of work. */
const VALUES_VISITED_MAX = 5_000_000

/** So many may be done to a resource of any size. */
const OPERATIONS_ALWAYS = 10

function assertAffordable(operations: readonly PatchOperation[], resource: ResourceContent): void {
  if (operations.length <= OPERATIONS_ALWAYS) return
  const max = Math.max(OPERATIONS_ALWAYS, Math.floor(VALUES_VISITED_MAX / sizeOf(resource).values))
  if (operations.length <= max) return
  throw fault('too-costly', `A FHIRPath Patch of a resource of this size may have ${max} operations`, {
    expression: ['Parameters.parameter'],
  })
}

interface Work {
  readonly definitions: Definitions
  readonly resource: ResourceContent
  readonly operation: PatchOperation
  readonly step: PatchStep
}

/** An element that a path leads to, and the list that it stands in. */
interface Found {
  readonly list: ElementList
  readonly position: number
}

function apply(work: Work): void {
  const { operation, step } = work
  const places = placesOf(work)
  switch (operation.type) {
    case 'add':
      add(work, single(places, step))
      return
    case 'insert': {
      const { list } = listAt(work, places)
      const { index } = operation
      if (index > list.items.length) throw failedStep(step, `the list has ${list.items.length} elements`)
      const element = elementOfParameter(work.definitions, list.property, operation.value, step)
      setElements(list, list.items.toSpliced(index, 0, element))
      return
    }
    case 'delete': {
      // R4 fhirpatch.html: what is not there needn't be deleted.
      if (places.length === 0) return
      const { list, position } = elementAt(work, single(places, step))
      setElements(list, list.items.toSpliced(position, 1))
      return
    }
    case 'replace': {
      const { list, position } = elementAt(work, single(places, step))
      replace(work, list, position, operation.value)
      return
    }
    case 'move': {
      const { list } = listAt(work, places)
      const { source, destination } = operation
      const { length } = list.items
      const moved = list.items[source]
      if (!moved || destination >= length) throw failedStep(step, `the list has ${length} elements`)
      setElements(list, list.items.toSpliced(source, 1).toSpliced(destination, 0, moved))
    }
  }
}

function placesOf({ resource, operation, step }: Work): readonly ElementPath[] {
  let places: readonly (ElementPath | undefined)[]
  try {
    places = findPlaces(resource, operation.path)
  } catch (error) {
    // Not as its cause: the library's errors carry the whole state of its parser.
    const isTold = error instanceof Error && !(error instanceof TypeError)
    const problem = isTold ? error.message.split('\n')[0] : 'it can not be evaluated'
    throw failedStep(step, `the path is not one of a patch: ${problem}`)
  }
  return places.map(place => {
    if (!place) throw failedStep(step, 'the path leads to something that is no element of the resource')
    return place
  })
}

function single([place, ...more]: readonly ElementPath[], step: PatchStep): ElementPath {
  if (!place) throw failedStep(step, 'the path leads to no element')
  if (more.length > 0) throw failedStep(step, `the path leads to ${more.length + 1} elements, and must lead to one`)
  return place
}

/** The object at the end of the path, with the component that says what it may hold. */
function objectAt({ definitions, resource, step }: Work, path: ElementPath) {
  let object: JsonObject = resource
  let component: ComponentDefinition | undefined = definitions.component(resource.resourceType)
  for (const [depth, { name, index }] of path.entries()) {
    const property: PropertyDefinition | undefined = component && propertyOf(component, object, name)
    if (!property) throw failedStep(step, `there is no element ${quote(name)} here`)
    const item: ElementValue | undefined = elementsOf(object, property).items[index ?? 0]
    // Below a primitive there are its id and its extensions.
    if (property.primitive) {
      const extra: JsonValue | undefined = item?.extra ?? addExtra(object, property, index ?? 0)
      if (!isJsonObject(extra)) throw failedStep(step, `${quote(name)} can not be changed this way`)
      object = extra
      component = definitions.component('Element')
    } else {
      if (!isJsonObject(item?.value)) throw failedStep(step, `there is no element at step ${depth + 1} of the path`)
      object = item.value
      component = componentBelow(definitions, property, item.value)
    }
  }
  if (!component) throw failedStep(step, 'the path leads to an element of an unknown type')
  return { object, component }
}

function addExtra(owner: JsonObject, property: PropertyDefinition, index: number): JsonValue | undefined {
  const list = elementsOf(owner, property)
  const item = list.items[index]
  if (!item) return undefined
  const extra: JsonObject = {}
  setElements(list, list.items.with(index, { ...item, extra }))
  return extra
}

function elementAt(work: Work, path: ElementPath): Found {
  const last = path.at(-1)
  if (!last) throw failedStep(work.step, 'the path leads to the resource itself')
  const { object, component } = objectAt(work, path.slice(0, -1))
  const property = propertyOf(component, object, last.name)
  if (!property) throw failedStep(work.step, `there is no element ${quote(last.name)} here`)
  return { list: elementsOf(object, property), position: last.index ?? 0 }
}

/** The list that the path leads to: all of its elements, or one of them. */
function listAt(work: Work, places: readonly ElementPath[]): Found {
  const { step } = work
  const [first, ...others] = places
  if (!first) throw failedStep(step, 'the path leads to no list: add makes a first element')
  const found = elementAt(work, first)
  const isSameList = (place: ElementPath): boolean => {
    const other = elementAt(work, place).list
    return other.owner === found.list.owner && other.property === found.list.property
  }
  if (!others.every(isSameList)) throw failedStep(step, 'the path leads to more than one list')
  if (!found.list.property.many) throw failedStep(step, 'the path leads to no list')
  return found
}

/** A choice can be replaced by another type: what stood there goes. */
function replace(work: Work, list: ElementList, position: number, value: JsonObject): void {
  const { definitions, step } = work
  const chosen = list.property.element.choice ? chosenProperty(work, list, value) : list.property
  const element = elementOfParameter(definitions, chosen, value, step)
  if (chosen.name === list.property.name) {
    setElements(list, list.items.with(position, element))
    return
  }
  setElements(list, [])
  setElements({ ...list, property: chosen }, [element])
}

function chosenProperty({ step }: Work, { property }: ElementList, value: JsonObject): PropertyDefinition {
  const siblings = formsOf(property)
  const chosen = siblings.find(sibling => value[valueName(sibling)] !== undefined)
  if (!chosen) throw failedStep(step, `${quote(property.element.name)} can not be of the type of the value`)
  return chosen
}

/** All JSON forms of a choice. */
const formsOf = ({ element, many }: PropertyDefinition): PropertyDefinition[] =>
  element.types.map(type => ({
    name: choiceName(element.name, type),
    type,
    primitive: isPrimitiveType(type),
    many,
    element,
  }))

const valueName = ({ type }: PropertyDefinition): string => choiceName('value', type)

function add(work: Work, path: ElementPath): void {
  const { operation, step, definitions } = work
  if (operation.type !== 'add') return
  const { name, value } = operation
  const { object, component } = objectAt(work, path)
  const exact = component.properties.get(name)
  const property = exact && !exact.element.choice ? exact : addedChoice(component, name, value, step)
  if (property.element.choice && propertyOf(component, object, property.element.name)) {
    throw failedStep(step, `${quote(name)} is there already: replace it`)
  }
  const list = elementsOf(object, property)
  if (!property.many && list.items.length > 0) throw failedStep(step, `${quote(name)} is there already: replace it`)
  setElements(list, [...list.items, elementOfParameter(definitions, property, value, step)])
}

/** `value` or `valueQuantity`, with the type that the value has. */
function addedChoice(
  component: ComponentDefinition,
  name: string,
  value: JsonObject,
  step: PatchStep,
): PropertyDefinition {
  const forms = [...component.properties.values()].filter(
    ({ element, name: jsonName }) => element.choice && (element.name === name || jsonName === name),
  )
  if (forms.length === 0) throw failedStep(step, `${component.path} has no element ${quote(name)}`)
  const chosen = forms.find(form => value[valueName(form)] !== undefined || value[`_${valueName(form)}`] !== undefined)
  if (!chosen) throw failedStep(step, `${quote(name)} can not be of the type of the value`)
  return chosen
}
