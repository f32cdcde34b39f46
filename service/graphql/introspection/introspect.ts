/** Introspection: loaded with graphql-js, which makes its types in about a second, when it is first asked for. */
import { type ExecutionResult, type GraphQLSchema, graphqlSync } from 'graphql'
import type { Definitions } from '../../definitions.ts'
import type { GraphqlRequest, GraphqlResult } from '../../fhir-service.ts'
import type { JsonValue } from '../../resource/content.ts'
import { DocumentRefusal, documentError } from '../graphql-errors.ts'
import type { Model } from '../model/type-model.ts'
import { createIntrospectionSchema } from './introspection-schema.ts'

const schemas = new WeakMap<Definitions, GraphQLSchema>()

/** @throws DocumentRefusal where the document is not valid. */
export function introspect(model: Model, definitions: Definitions, request: GraphqlRequest): GraphqlResult {
  const schema = schemas.get(definitions) ?? createIntrospectionSchema(model, definitions)
  schemas.set(definitions, schema)
  const { data, errors }: ExecutionResult = graphqlSync({
    schema,
    source: request.query,
    ...(request.variables && { variableValues: request.variables }),
    ...(request.operationName !== undefined && { operationName: request.operationName }),
  })
  if (errors) {
    throw new DocumentRefusal(
      errors.map(({ message, nodes, locations }) => ({
        ...documentError(message, nodes ?? []),
        ...(locations && { locations: locations.map(({ line, column }) => ({ line, column })) }),
      })),
    )
  }
  return { data: data as unknown as JsonValue }
}
