import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import { createTextCache, type TextCache } from '#service/graphql/document-cache.ts'
import { DEFAULT_GRAPHQL_LIMITS } from '#service/graphql/limits.ts'
import { isNestedTooDeep } from '#service/graphql/nesting.ts'
import { measure } from '#service/graphql/validation/measure.ts'
import { fragmentsOf, operationsOf } from '#service/graphql/validation/validation.ts'

/** A document that may run, or what is wrong with it. */
export type CheckedDocument =
  | { readonly document: DocumentNode; readonly errors?: undefined }
  | { readonly errors: readonly GraphQLError[]; readonly tooDeep?: undefined }
  | { readonly errors?: undefined; readonly document?: undefined; readonly tooDeep: string }

/** As a deployment sets AppSync's queryDepthLimit; 75 would be its greatest. */
const DEPTH_MAX = DEFAULT_GRAPHQL_LIMITS.depthMax

const KEPT_MAX = 200
const KEPT_LENGTH_MAX = 50_000

/** Parses and validates; what came before is remembered. The result throws what `parse` throws. */
export function createDocuments(schema: GraphQLSchema): (text: string) => CheckedDocument {
  const cache: TextCache<CheckedDocument> = createTextCache(KEPT_MAX, KEPT_LENGTH_MAX)
  return text => cache.get(text, () => check(schema, text))
}

function check(schema: GraphQLSchema, text: string): CheckedDocument {
  const document = parseText(text)
  if (!document || isNestedTooDeep(document))
    return { tooDeep: 'The query has too many brackets inside of each other.' }
  const errors = validate(schema, document)
  if (errors.length > 0) return { errors }
  const fragments = fragmentsOf(document)
  const depths = operationsOf(document).map(({ selectionSet }) => measure({ fragments }, selectionSet).depth)
  const deepest = Math.max(0, ...depths)
  if (deepest <= DEPTH_MAX) return { document }
  return { tooDeep: `The query depth limit of ${DEPTH_MAX} is exceeded: ${deepest}.` }
}

/** undefined where brackets without end are the end of the parser's stack. */
function parseText(text: string): DocumentNode | undefined {
  try {
    return parse(text, { maxLexicalTokens: DEFAULT_GRAPHQL_LIMITS.tokensMax })
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}
