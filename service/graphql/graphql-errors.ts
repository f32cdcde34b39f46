import type { ASTNode } from 'graphql/language/index.js'
import type { Call } from '../call.ts'
import { Fault, type FaultCategory, fault, type Issue } from '../fault.ts'
import type { GraphqlError, GraphqlFieldError } from '../fhir-service.ts'
import { operationOutcome } from '../resource/operation-outcome.ts'
import { traceOf } from '../trace.ts'

/** What a category of fault is called in GraphQL: AppSync's errorType. */
const GRAPHQL_ERROR_TYPES = Object.freeze({
  invalid: 'BadRequest',
  unprocessable: 'Unprocessable',
  unauthenticated: 'Unauthenticated',
  forbidden: 'Forbidden',
  'not-found': 'NotFound',
  gone: 'Gone',
  conflict: 'Conflict',
  'precondition-failed': 'PreconditionFailed',
  'method-not-allowed': 'MethodNotAllowed',
  'not-acceptable': 'NotAcceptable',
  'unsupported-media-type': 'UnsupportedMediaType',
  'too-large': 'TooLarge',
  unsupported: 'Unsupported',
  'too-costly': 'TooCostly',
  throttled: 'Throttled',
  unavailable: 'Unavailable',
}) satisfies Readonly<Record<FaultCategory, string>>

/** errorType of what is no Fault: a bug. */
const INTERNAL_ERROR_TYPE = 'InternalError'

export type ResponsePath = readonly (string | number)[]

export interface ErrorPlace {
  /** What the document says there. */
  readonly nodes?: readonly ASTNode[]
  /** Where in the response. */
  readonly path?: ResponsePath
}

/** A fault as one entry of `errors`, with the OperationOutcome that HL7's page asks for. R4 graphql.html#errors */
export function graphqlErrorOfFault(failure: Fault, place: ErrorPlace = {}): GraphqlError {
  return graphqlError(failure.message, failure.issues, place, failure.category)
}

/** A problem of the document itself. */
export function documentError(message: string, nodes: readonly ASTNode[]): GraphqlError {
  return graphqlErrorOfFault(fault('invalid', shortened(message)), { nodes })
}

/** A name or a literal that is told of may be as long as a request: nobody reads it to its end. */
export const shortened = (message: string): string =>
  message.length > MESSAGE_LENGTH_MAX ? `${message.slice(0, MESSAGE_LENGTH_MAX)}…` : message

const MESSAGE_LENGTH_MAX = 1000

/** Whatever was thrown: a Fault as it is; anything else is logged and told by its request id alone. */
export function errorOf(call: Call, thrown: unknown, place: ErrorPlace = {}): GraphqlError {
  if (Fault.is(thrown)) {
    if (thrown.internal !== undefined) {
      call.logger.warn('A GraphQL field failed', { requestId: call.requestId, internal: thrown.internal })
    }
    return graphqlErrorOfFault(thrown, place)
  }
  call.logger.error('A GraphQL field failed unexpectedly', {
    requestId: call.requestId,
    ...traceOf(thrown),
  })
  const message = `Internal error. Request id: ${call.requestId}`
  return graphqlError(message, [{ severity: 'fatal', code: 'exception', diagnostics: message }], place, undefined)
}

function graphqlError(
  message: string,
  issues: readonly Issue[],
  { nodes, path }: ErrorPlace,
  category: FaultCategory | undefined,
): GraphqlError {
  const locations = nodes?.flatMap(locationOf)
  return {
    message,
    ...(locations && locations.length > 0 && { locations }),
    ...(path && { path }),
    extensions: { ...(category && { category }), resource: operationOutcome(issues) },
  }
}

function locationOf({ loc }: ASTNode): { line: number; column: number }[] {
  return loc ? [{ line: loc.startToken.line, column: loc.startToken.column }] : []
}

/** An error as AppSync's resolvers pass it on: `util.error(message, errorType, null, errorInfo)`. */
export function fieldErrorOf({ message, extensions }: GraphqlError): GraphqlFieldError {
  const category = extensions?.category as FaultCategory | undefined
  return {
    message,
    errorType: category === undefined ? INTERNAL_ERROR_TYPE : GRAPHQL_ERROR_TYPES[category],
    errorInfo: { ...(category !== undefined && { category }), resource: extensions?.resource ?? null },
  }
}

/** Whatever was thrown, as AppSync's resolvers pass it on. */
export const graphqlFieldError = (call: Call, thrown: unknown): GraphqlFieldError => fieldErrorOf(errorOf(call, thrown))

/** Carries an error of `errors` through code that throws. */
export class DocumentRefusal extends Error {
  readonly errors: readonly GraphqlError[]

  constructor(errors: readonly GraphqlError[]) {
    super(errors.map(({ message }) => message).join('; '))
    this.name = 'DocumentRefusal'
    this.errors = errors
  }
}

/** A fault of what a document asks for is told with the place in it. */
export function located<T>(node: ASTNode, run: () => T): T {
  try {
    return run()
  } catch (thrown) {
    throw Fault.is(thrown) ? new DocumentRefusal([graphqlErrorOfFault(thrown, { nodes: [node] })]) : thrown
  }
}
