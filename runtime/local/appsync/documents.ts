import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import { createTextCache, type TextCache } from '#service/graphql/document-cache.ts'
import { DEFAULT_GRAPHQL_LIMITS } from '#service/graphql/limits.ts'
import { measure } from '#service/graphql/validation/measure.ts'
import { fragmentsOf, operationsOf } from '#service/graphql/validation/validation.ts'

/** A document that may run, or what is wrong with it. */
export type CheckedDocument =
  | { readonly document: DocumentNode; readonly errors?: undefined }
  | { readonly errors: readonly GraphQLError[]; readonly tooDeep?: undefined }
  | { readonly errors?: undefined; readonly document?: undefined; readonly tooDeep: number }

/** AppSync's greatest queryDepthLimit. */
export const DEPTH_MAX = 75

const KEPT_MAX = 200
const KEPT_LENGTH_MAX = 50_000

/** Parses and validates; what came before is remembered. The result throws what `parse` throws. */
export function createDocuments(schema: GraphQLSchema): (text: string) => CheckedDocument {
  const cache: TextCache<CheckedDocument> = createTextCache(KEPT_MAX, KEPT_LENGTH_MAX)
  return text => cache.get(text, () => check(schema, text))
}

function check(schema: GraphQLSchema, text: string): CheckedDocument {
  const document = parse(text, { maxLexicalTokens: DEFAULT_GRAPHQL_LIMITS.tokensMax })
  const errors = validate(schema, document)
  if (errors.length > 0) return { errors }
  const fragments = fragmentsOf(document)
  const depths = operationsOf(document).map(({ selectionSet }) => measure({ fragments }, selectionSet).depth)
  const deepest = Math.max(0, ...depths)
  return deepest > DEPTH_MAX ? { tooDeep: deepest } : { document }
}
