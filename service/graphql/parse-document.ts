import { type DocumentNode, parse } from 'graphql/language/index.js'
import { fault } from '../fault.ts'
import type { GraphqlError } from '../fhir-service.ts'
import { DocumentRefusal, graphqlErrorOfFault, shortened } from './graphql-errors.ts'
import { isNestedTooDeep } from './nesting.ts'

/**
 * The document as a tree that can be walked by recursion.
 * @throws DocumentRefusal where the text is no GraphQL, with its place, or has too many tokens or brackets.
 */
export function parseDocument(text: string, tokensMax: number): DocumentNode {
  const document = parseText(text, tokensMax)
  if (isNestedTooDeep(document)) throw nestedTooDeep()
  return document
}

function parseText(text: string, tokensMax: number): DocumentNode {
  try {
    return parse(text, { maxLexicalTokens: tokensMax })
  } catch (thrown) {
    if (isSyntaxError(thrown)) throw new DocumentRefusal([syntaxError(thrown, tokensMax)])
    // The parser recurses: brackets without end are the end of its stack.
    throw thrown instanceof RangeError ? nestedTooDeep() : thrown
  }
}

const nestedTooDeep = (): DocumentRefusal =>
  new DocumentRefusal([
    graphqlErrorOfFault(fault('too-costly', 'The document has too many brackets inside of each other')),
  ])

interface SyntaxError {
  readonly message: string
  readonly locations: readonly { readonly line: number; readonly column: number }[]
}

// By name, not by class: a bundle may hold two copies of graphql-js.
const isSyntaxError = (thrown: unknown): thrown is SyntaxError =>
  thrown instanceof Error && thrown.name === 'GraphQLError' && 'locations' in thrown && Array.isArray(thrown.locations)

function syntaxError({ message, locations }: SyntaxError, tokensMax: number): GraphqlError {
  const failure = message.includes(`more that ${tokensMax} tokens`)
    ? fault('too-costly', `The document has more than ${tokensMax} tokens`)
    : fault('invalid', shortened(message), { code: 'structure' })
  return { ...graphqlErrorOfFault(failure), locations: locations.map(({ line, column }) => ({ line, column })) }
}
