/** What the service is asked for in GraphQL, and how it answers. */
import type { JsonObject, JsonValue, ResourceContent } from '../resource/content.ts'

export interface GraphqlRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
  /**
   * Instance level: the resource whose fields are the root. With content it is what an operation has given, and not
   * read (R4 graphql.html#operations).
   */
  readonly focus?: { readonly type: string; readonly id: string } | { readonly content: ResourceContent }
  /** Default: allowed. Refused where the request must not change anything, as a GET. */
  readonly mutations?: 'allowed' | 'refused'
}

/** As GraphQL over HTTP answers: data is absent where the document was refused. */
export interface GraphqlResult {
  readonly data?: JsonValue
  readonly errors?: readonly GraphqlError[]
  /** `resource` is an OperationOutcome of warnings: what searches of the document have to say beside their lists. */
  readonly extensions?: { readonly resource: JsonValue }
}

export interface GraphqlError {
  readonly message: string
  readonly locations?: readonly { readonly line: number; readonly column: number }[]
  readonly path?: readonly (string | number)[]
  /** `resource` is an OperationOutcome, as HL7's GraphQL page asks. */
  readonly extensions?: { readonly resource?: JsonValue; readonly category?: string }
}

export interface GraphqlFieldRequest {
  readonly operation: 'query' | 'mutation'
  /** Root field: `PatientList`. */
  readonly field: string
  readonly arguments: Readonly<Record<string, unknown>>
  /**
   * The field's selection set as GraphQL text, `{ id name { family } }`; named fragments' bodies are missing on
   * AppSync.
   */
  readonly selectionSet: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** One field below a root field. */
export interface GraphqlNestedRequest extends Omit<GraphqlFieldRequest, 'operation'> {
  /** GraphQL type that the field is of: `Reference`, `Patient`. */
  readonly parentType: string
  /** The object that the field is on, as graphqlField gave it. */
  readonly source: JsonObject
}

/**
 * Also what graphqlField leaves, under the key that service/graphql/plan/prefetch-key.ts makes, on the objects it
 * gives.
 */
export type GraphqlFieldOutcome =
  | { readonly data: JsonValue; readonly error?: undefined }
  | { readonly error: GraphqlFieldError; readonly data?: undefined }

/** As AppSync's `util.error` takes it. */
export interface GraphqlFieldError {
  readonly message: string
  readonly errorType: string
  readonly errorInfo: { readonly category?: string; readonly resource: JsonValue }
}
