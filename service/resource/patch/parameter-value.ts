/** Values of a FHIRPath Patch: in value[x], or, where the type has no such form, as parts. R4 fhirpatch.html */
import { choiceName } from '#schema/names.ts'
import type { ComponentDefinition, Definitions, PropertyDefinition } from '../../definitions.ts'
import type { JsonObject } from '../content.ts'
import { isJsonObject } from '../json.ts'
import { quote } from '../quote.ts'
import { type ElementValue, elementsOf, setElements } from './element-list.ts'
import { failedStep, type PatchStep } from './patch-fault.ts'

/**
 * The element that a parameter stands for, for this property. Of which type the parameter says it is does not matter as
 * long as the form is the same (`valueString` for a code): the patched resource is validated.
 */
export function elementOfParameter(
  definitions: Definitions,
  property: PropertyDefinition,
  parameter: JsonObject,
  step: PatchStep,
): ElementValue {
  if (isJsonObject(parameter.resource)) return { value: parameter.resource, extra: undefined }
  const name = Object.keys(parameter)
    .find(each => /^_?value[A-Z]/.test(each))
    ?.replace(/^_/, '')
  if (name !== undefined) {
    const value = parameter[name]
    if (value !== undefined && property.primitive === isJsonObject(value)) {
      throw failedStep(step, `${quote(name)} is not of the type ${property.type}, which is expected here`)
    }
    return { value, extra: parameter[`_${name}`] }
  }
  const component = property.primitive ? undefined : definitions.component(property.type)
  if (!component || !Array.isArray(parameter.part))
    throw failedStep(step, `the value has to be of type ${property.type}`)
  return { value: objectOfParts(definitions, component, parameter.part as JsonObject[], step), extra: undefined }
}

/** Each part is an element of the object; those of one name are a list. */
function objectOfParts(
  definitions: Definitions,
  component: ComponentDefinition,
  parts: readonly JsonObject[],
  step: PatchStep,
): JsonObject {
  const object: JsonObject = {}
  for (const part of parts) {
    const name = String(part.name)
    const property = propertyNamed(component, name, part)
    if (!property) throw failedStep(step, `${component.path} has no element ${quote(name)} of this type`)
    const list = elementsOf(object, property)
    if (!property.many && list.items.length > 0) throw failedStep(step, `${quote(name)} may be there once`)
    setElements(list, [...list.items, elementOfParameter(definitions, property, part, step)])
  }
  return object
}

function propertyNamed({ properties }: ComponentDefinition, name: string, part: JsonObject) {
  const exact = properties.get(name)
  if (exact) return exact
  return [...properties.values()].find(
    ({ element, type }) => element.choice && element.name === name && part[choiceName('value', type)] !== undefined,
  )
}
