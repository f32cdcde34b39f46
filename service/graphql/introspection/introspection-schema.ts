/** The model as graphql-js has types: for introspection alone, which describes and resolves nothing. */
import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  specifiedDirectives,
} from 'graphql'
import type { Definitions } from '../../definitions.ts'
import { invariant } from '../../invariant.ts'
import type { FieldDefinition, InputObject, Model, ObjectType, TypeReference } from '../model/type-model.ts'

const SCALARS: ReadonlyMap<string, GraphQLScalarType> = new Map([
  ...[GraphQLString, GraphQLID, GraphQLInt, GraphQLFloat, GraphQLBoolean].map(type => [type.name, type] as const),
  ['AWSJSON', new GraphQLScalarType({ name: 'AWSJSON', description: 'JSON, as it is or as text.' })],
])

export function createIntrospectionSchema(model: Model, definitions: Definitions): GraphQLSchema {
  const types = new Map<string, GraphQLNamedType>(SCALARS)
  const building: Building = { model, definitions, types }
  const [query, mutation] = (['Query', 'Mutation'] as const).map(name => {
    const root = model.root(name === 'Query' ? 'query' : 'mutation')
    invariant(root, `the root ${name} exists`)
    return objectType(building, root)
  })
  return new GraphQLSchema({
    ...{ query: query ?? null, mutation: mutation ?? null },
    directives: [...specifiedDirectives.filter(({ name }) => CONDITIONS.has(name)), ...FLATTENING],
    assumeValid: true,
  })
}

const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include'])

/** R4 graphql.html#flattening */
const FLATTENING = ['flatten', 'first', 'singleton', 'slice'].map(
  name =>
    new GraphQLDirective({
      name,
      locations: [DirectiveLocation.FIELD],
      args: name === 'slice' ? { path: { type: new GraphQLNonNull(GraphQLString) } } : {},
    }),
)

interface Building {
  readonly model: Model
  readonly definitions: Definitions
  readonly types: Map<string, GraphQLNamedType>
}

function objectType(building: Building, type: ObjectType): GraphQLObjectType {
  const fields = () => Object.fromEntries(type.fieldNames().flatMap(name => fieldOf(building, type.field(name))))
  return new GraphQLObjectType({ name: type.name, fields })
}

function fieldOf(
  building: Building,
  definition: FieldDefinition | undefined,
): [string, GraphQLFieldConfig<unknown, unknown>][] {
  if (!definition) return []
  const named = outputType(building, definition.type)
  const args: GraphQLFieldConfigArgumentMap = Object.fromEntries(
    [...definition.arguments].map(([name, reference]) => [name, { type: inputType(building, reference) }]),
  )
  return [[definition.name, { type: definition.list ? new GraphQLList(named) : named, args }]]
}

function outputType(building: Building, name: string): GraphQLOutputType {
  const known = building.types.get(name)
  if (known) return known as GraphQLOutputType
  const type = building.model.composite(name)
  invariant(type, `the type ${name} of a field exists`)
  const made = type.kind === 'union' ? unionType(building) : objectType(building, type)
  building.types.set(name, made)
  return made
}

const unionType = (building: Building): GraphQLUnionType =>
  new GraphQLUnionType({
    name: 'Resource',
    types: () => building.definitions.resourceTypes.map(name => outputType(building, name) as GraphQLObjectType),
  })

function inputType(building: Building, { name, list, required }: TypeReference): GraphQLInputType {
  const named = namedInput(building, name)
  const type = list ? new GraphQLList(named) : named
  return required ? new GraphQLNonNull(type) : type
}

function namedInput(building: Building, name: string): GraphQLInputType {
  const known = building.types.get(name)
  if (known) return known as GraphQLInputType
  const type = building.model.input(name)
  invariant(type?.kind === 'input', `the input ${name} exists`)
  const made = new GraphQLInputObjectType({ name, fields: () => inputFields(building, type) })
  building.types.set(name, made)
  return made
}

/** Inputs have the fields of their output types that hold values. */
function inputFields(building: Building, type: InputObject) {
  const output = building.model.composite(type.name.slice(0, -'Input'.length))
  const names = output?.kind === 'object' ? output.plainFields.map(({ name }) => name) : []
  const fields = names.flatMap(name => {
    const reference = type.field(name)
    return reference ? [[name, { type: inputType(building, reference) }] as const] : []
  })
  return Object.fromEntries(fields)
}
