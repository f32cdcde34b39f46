import {
  buildASTSchema,
  type GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLScalarType,
  type GraphQLSchema,
  parse,
  valueFromASTUntyped,
} from 'graphql'
import { ROOT_OPERATIONS, type RootFields, SUBSCRIPTION_ROOT } from '#resolvers/registry.ts'
import type { RequestContext } from './context.ts'

export type Resolver = GraphQLFieldResolver<unknown, RequestContext>

/** What the fields that AppSync has resolvers for are attached to; any other has the default resolver. */
export interface AttachedResolvers {
  readonly root: Resolver
  readonly nested: Resolver
  /** Lists with arguments. */
  readonly filter: Resolver
  /** Mutations that are there for the gateway itself. */
  readonly internal: Resolver
  /** Gives the events of a subscription. */
  readonly subscription: Resolver
}

/**
 * The schema of the SDL with AppSync's scalars and the resolvers in place, without the fields that are left out: as a
 * deployment leaves those of types that are not served. Takes about a second: nothing of it is checked again, for
 * codegen's tests have.
 */
export function createSchema(
  sdl: string,
  attached: AttachedResolvers,
  fields: RootFields,
  leftOut: RootFields = { query: [], mutation: [] },
): GraphQLSchema {
  const document = parse(`scalar AWSJSON\n${sdl}`, { noLocation: true })
  const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true })
  const without = new Set([...leftOut.query, ...leftOut.mutation])
  const served = { query: new Set(fields.query), mutation: new Set(fields.mutation) }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type instanceof GraphQLScalarType && type.name === 'AWSJSON') makeJsonScalar(type)
    if (!(type instanceof GraphQLObjectType) || type.name.startsWith('__')) continue
    const operation = ROOT_OPERATIONS[type.name]
    const own = type.getFields()
    for (const field of Object.values(own)) {
      if (without.has(field.name) && (operation || isNested(type.name, field))) delete own[field.name]
      else if (type.name === SUBSCRIPTION_ROOT) field.subscribe = attached.subscription
      else if (operation) field.resolve = served[operation].has(field.name) ? attached.root : attached.internal
      else if (isNested(type.name, field)) field.resolve = attached.nested
      else if (field.args.some(({ name }) => name === '_offset')) field.resolve = attached.filter
    }
  }
  return schema
}

/** Reference.resource and the reverse lists share one resolver. */
const isNested = (typeName: string, field: { name: string; args: readonly { name: string }[] }): boolean =>
  (typeName === 'Reference' && field.name === 'resource') || field.args.some(({ name }) => name === '_reference')

/** AWSJSON is text on the wire and JSON in resolvers. */
function makeJsonScalar(scalar: GraphQLScalarType): void {
  scalar.serialize = value => JSON.stringify(value)
  scalar.parseValue = value => (typeof value === 'string' ? JSON.parse(value) : value)
  scalar.parseLiteral = (node, variables) => scalar.parseValue(valueFromASTUntyped(node, variables))
}
