import { graphqlTypeName } from '#schema/names.ts'
import type { ComponentDefinition, Definitions, PropertyDefinition } from '../../definitions.ts'
import { listArguments, NO_ARGUMENTS, referenceArguments, reverseArguments } from './arguments.ts'
import { scalarOf } from './scalars.ts'
import type { FieldDefinition, SearchForm } from './type-model.ts'

/** A field of a FHIR type by its name in a document; undefined where the type has none. */
export function componentField(
  definitions: Definitions,
  component: ComponentDefinition,
  name: string,
): FieldDefinition | undefined {
  const property = component.properties.get(name)
  if (property) return propertyField(definitions, component, property)
  const extended = extendedProperty(component, name)
  if (extended) return extensionField(extended)
  if (component.resource)
    return name === 'resourceType' ? resourceTypeField : reverseField(definitions, component, name)
  return component.path === 'Reference' && name === 'resource' ? referenceField : undefined
}

/** What a copy of a value of the type holds. */
export function plainComponentFields(definitions: Definitions, component: ComponentDefinition): FieldDefinition[] {
  const fields = component.resource ? [resourceTypeField] : []
  for (const property of component.properties.values()) {
    fields.push(propertyField(definitions, component, property))
    if (hasExtensions(property)) fields.push(extensionField(property))
  }
  return fields
}

function propertyField(
  definitions: Definitions,
  component: ComponentDefinition,
  property: PropertyDefinition,
): FieldDefinition {
  const isResourceId = component.resource && property.name === 'id'
  return {
    name: property.name,
    type: property.primitive ? (isResourceId ? 'ID' : scalarOf(property.type)) : graphqlTypeName(property.type),
    leaf: property.primitive,
    list: property.many,
    arguments: listArguments(property, property.primitive ? undefined : definitions.component(property.type)),
    access: { kind: 'property', property },
  }
}

const extensionField = (property: PropertyDefinition): FieldDefinition => ({
  name: `_${property.name}`,
  type: 'Element',
  leaf: false,
  list: property.many,
  arguments: NO_ARGUMENTS,
  access: { kind: 'primitive-extension', property },
})

/** The primitive whose id and extensions the property `_name` holds. */
export function extendedProperty(component: ComponentDefinition, name: string): PropertyDefinition | undefined {
  const property = name.startsWith('_') ? component.properties.get(name.slice(1)) : undefined
  return property && hasExtensions(property) ? property : undefined
}

/** XML attributes, ids of resources and XHTML hold nothing but their value (R4 json.html#primitive). */
const hasExtensions = ({ primitive, type, element }: PropertyDefinition): boolean =>
  primitive && type !== 'xhtml' && element.attribute !== true && element.name !== 'id'

const resourceTypeField: FieldDefinition = {
  name: 'resourceType',
  type: 'String',
  leaf: true,
  list: false,
  arguments: NO_ARGUMENTS,
  access: { kind: 'resource-type' },
}

const referenceField: FieldDefinition = {
  name: 'resource',
  type: 'Resource',
  leaf: false,
  list: false,
  arguments: referenceArguments,
  access: { kind: 'reference' },
}

/** `ConditionList` and `ConditionConnection` on a resource that Condition refers to. */
function reverseField(
  definitions: Definitions,
  component: ComponentDefinition,
  name: string,
): FieldDefinition | undefined {
  const named = searchFieldName(name)
  if (!named || !definitions.isServed(named.resourceType)) return undefined
  if (!Object.hasOwn(definitions.reverse(component.path), named.resourceType)) return undefined
  const { form, resourceType } = named
  return {
    name,
    type: form === 'list' ? resourceType : `${resourceType}Connection`,
    leaf: false,
    list: form === 'list',
    arguments: reverseArguments(definitions, resourceType),
    access: { kind: 'reverse', form, source: resourceType, target: component.path },
  }
}

/** 'PatientList' -> Patient, list. */
export function searchFieldName(
  name: string,
): { readonly resourceType: string; readonly form: SearchForm } | undefined {
  if (name.endsWith('List')) return { resourceType: name.slice(0, -'List'.length), form: 'list' }
  if (name.endsWith('Connection')) return { resourceType: name.slice(0, -'Connection'.length), form: 'connection' }
  return undefined
}
