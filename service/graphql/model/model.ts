import { graphqlInputName, graphqlTypeName } from '#schema/names.ts'
import type { ComponentDefinition, Definitions } from '../../definitions.ts'
import { findComponent } from './component-names.ts'
import { typenameField } from './positions.ts'
import { componentField, extendedProperty, plainComponentFields } from './resource-fields.ts'
import { connectionFields, edgeFields, mutationField, queryField } from './root-fields.ts'
import { scalarNamed, scalarOf } from './scalars.ts'
import type {
  CompositeType,
  FieldDefinition,
  InputType,
  Model,
  ObjectType,
  TypeReference,
  UnionType,
} from './type-model.ts'

const QUERY_FORMS = ['', 'List', 'Connection']
const REVERSE_FORMS = ['List', 'Connection']
const MUTATION_FORMS = ['Create', 'Update', 'Patch', 'Delete']

/** The types of one set of definitions. Keep it: what was looked up once is found at once. */
export function createModel(definitions: Definitions): Model {
  const resource: UnionType = {
    kind: 'union',
    name: 'Resource',
    field: remember(name => sharedField(typesOfUnion, name)),
  }
  const composite = remember((name: string) => (name === 'Resource' ? resource : findComposite(definitions, name)))
  const typesOfUnion = () => definitions.resourceTypes.map(composite)
  const input = remember((name: string) => findInput(definitions, name))
  const namesWith = (forms: readonly string[]) =>
    definitions.servedTypes.flatMap(type => forms.map(form => `${type}${form}`))
  const query = rootType(
    'Query',
    name => queryField(definitions, name),
    () => namesWith(QUERY_FORMS),
  )
  const mutation = rootType(
    'Mutation',
    name => mutationField(definitions, name),
    () => [...namesWith(MUTATION_FORMS), 'transaction'],
  )
  const roots = { query, mutation, subscription: undefined }
  const typeNamed = (name: string) => (name === 'Query' ? query : name === 'Mutation' ? mutation : composite(name))
  return {
    root: operation => roots[operation],
    composite: typeNamed,
    input,
    isType: name => typeNamed(name) !== undefined || input(name) !== undefined,
  }
}

function findComposite(definitions: Definitions, name: string): CompositeType | undefined {
  const component = findComponent(definitions, name)
  if (component && graphqlTypeName(component.path) === name) return componentType(definitions, component)
  const connection = resourceTypeBefore(definitions, name, 'Connection')
  if (connection !== undefined) return synthesizedType(name, connectionFields(connection))
  const edge = resourceTypeBefore(definitions, name, 'Edge')
  return edge === undefined ? undefined : synthesizedType(name, edgeFields(edge))
}

/** Looks through all types: what they have alike, and what is part of a resource itself. */
function sharedField(types: () => readonly (CompositeType | undefined)[], name: string): FieldDefinition | undefined {
  const fields = types().flatMap(type => (type?.kind === 'object' ? (type.field(name) ?? []) : []))
  const [first] = fields
  if (!first || fields.some(({ type, list }) => type !== first.type || list !== first.list)) return undefined
  return first.access.kind === 'reverse' ? undefined : first
}

function resourceTypeBefore(definitions: Definitions, name: string, suffix: string): string | undefined {
  const type = name.slice(0, -suffix.length)
  return name.endsWith(suffix) && definitions.isResourceType(type) ? type : undefined
}

function componentType(definitions: Definitions, component: ComponentDefinition): ObjectType {
  const name = graphqlTypeName(component.path)
  let plain: readonly FieldDefinition[] | undefined
  return {
    kind: 'object',
    name,
    path: component.path,
    resource: component.resource,
    field: remember(fieldName =>
      fieldName === '__typename' ? typenameField : componentField(definitions, component, fieldName),
    ),
    get plainFields() {
      plain ??= plainComponentFields(definitions, component)
      return plain
    },
    fieldNames() {
      const names = this.plainFields.map(field => field.name)
      if (component.path === 'Reference') return [...names, 'resource']
      if (!component.resource) return names
      const sources = Object.keys(definitions.reverse(component.path)).filter(source => definitions.isServed(source))
      return [...names, ...REVERSE_FORMS.flatMap(form => sources.map(source => `${source}${form}`))]
    },
  }
}

const synthesizedType = (name: string, fields: ReadonlyMap<string, FieldDefinition>): ObjectType => ({
  kind: 'object',
  name,
  path: undefined,
  resource: false,
  field: fieldName => (fieldName === '__typename' ? typenameField : fields.get(fieldName)),
  plainFields: [...fields.values()],
  fieldNames: () => [...fields.keys()],
})

const rootType = (
  name: string,
  find: (fieldName: string) => FieldDefinition | undefined,
  fieldNames: () => readonly string[],
): ObjectType => ({
  kind: 'object',
  name,
  path: undefined,
  resource: false,
  field: remember(fieldName => (fieldName === '__typename' ? typenameField : find(fieldName))),
  plainFields: [],
  fieldNames,
})

function findInput(definitions: Definitions, name: string): InputType | undefined {
  const scalar = scalarNamed(name)
  if (scalar) return { kind: 'scalar', name, scalar }
  if (!name.endsWith('Input')) return undefined
  const component = findComponent(definitions, name.slice(0, -'Input'.length))
  if (!component || graphqlInputName(component.path) !== name) return undefined
  return { kind: 'input', name, field: remember(fieldName => inputField(component, fieldName)) }
}

/** Inputs have the properties of the outputs, but a resource inside of a resource, for which GraphQL has no input. */
function inputField(component: ComponentDefinition, name: string): TypeReference | undefined {
  const optional = (typeName: string, list: boolean): TypeReference => ({ name: typeName, list, required: false })
  const property = component.properties.get(name)
  if (property) {
    const { type, primitive, many } = property
    if (type === 'Resource') return optional('AWSJSON', many)
    if (!primitive) return optional(graphqlInputName(type), many)
    return optional(component.resource && name === 'id' ? 'ID' : scalarOf(type), many)
  }
  if (component.resource && name === 'resourceType') return optional('String', false)
  const extended = extendedProperty(component, name)
  return extended && optional('ElementInput', extended.many)
}

/** Only what exists is kept: unknown names come from clients, without end. */
function remember<T>(find: (name: string) => T | undefined): (name: string) => T | undefined {
  const known = new Map<string, T>()
  return name => {
    const before = known.get(name)
    if (before !== undefined) return before
    const found = find(name)
    if (found !== undefined) known.set(name, found)
    return found
  }
}
