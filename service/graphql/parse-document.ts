import { type DocumentNode, parse } from 'graphql/language/index.js'
import { fault } from '../fault.ts'
import type { GraphqlError } from '../fhir-service.ts'
import { DocumentRefusal, errorOfFault } from './graphql-errors.ts'

/** @throws DocumentRefusal with its place where the text is no GraphQL or has too many tokens. */
export function parseDocument(text: string, tokensMax: number): DocumentNode {
  try {
    return parse(text, { maxLexicalTokens: tokensMax })
  } catch (thrown) {
    if (isSyntaxError(thrown)) throw new DocumentRefusal([syntaxError(thrown, tokensMax)])
    throw thrown
  }
}

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
    : fault('invalid', message, { code: 'structure' })
  return { ...errorOfFault(failure), locations: locations.map(({ line, column }) => ({ line, column })) }
}
