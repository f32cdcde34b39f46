/** `$graphql` by GET and POST: R4 graphql.html, with the answers of the GraphQL-over-HTTP specification. */
import {
  decodeUtf8,
  encodeUtf8,
  Fault,
  type FaultCategory,
  fault,
  type GraphqlRequest,
  type GraphqlResult,
  graphqlErrorOfFault,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Parameters,
  parseJson,
  type ResourceContent,
  statusOf,
  stringifyJson,
} from '#service/index.ts'
import { assertContentType, GRAPHQL_ANSWER, GRAPHQL_BODY, GRAPHQL_RESPONSE, negotiateAnswer } from './content.ts'
import type { Exchange } from './exchange.ts'
import type { HttpRequest, HttpResponse } from './http-message.ts'
import { type Headers, jsonResponse } from './response.ts'

type Document = Omit<GraphqlRequest, 'focus'>

export async function answerGraphql(
  { service, request, rendering }: Exchange,
  parameters: Parameters,
  focus: GraphqlRequest['focus'],
): Promise<HttpResponse> {
  const contentType = contentTypeOf(request)
  const document = readDocument(request, parameters)
  const result = Fault.is(document)
    ? { errors: [graphqlErrorOfFault(document)] }
    : await service.graphql(request.call, { ...document, ...(focus && { focus }) })
  const refusal = Fault.is(document) ? statusOf(document.category) : undefined
  return resultResponse({ request, rendering, contentType }, result, refusal)
}

/** R4 graphql.html#operations: what an operation's result is put through, and the parameters without it. */
export function takeDocument(parameters: Parameters): readonly [string | undefined, Parameters] {
  const found = parameters.find(([name]) => name === '_graphql')
  return found ? [found[1], parameters.filter(parameter => parameter !== found)] : [undefined, parameters]
}

/** `body` is the JSON of the resource that the operation has given. */
export async function answerGraphqlOn(
  { service, request, rendering }: Exchange,
  query: string,
  body: Uint8Array | readonly Uint8Array[],
): Promise<HttpResponse> {
  const contentType = contentTypeOf(request)
  const content = parseJson(decodeUtf8(Buffer.concat([body].flat()))) as ResourceContent
  const result = await service.graphql(request.call, { query, mutations: 'refused', focus: { content } })
  return resultResponse({ request, rendering, contentType }, result)
}

interface Answering {
  readonly request: HttpRequest
  readonly rendering: Exchange['rendering']
  readonly contentType: string
}

function resultResponse(
  { request, rendering, contentType }: Answering,
  result: GraphqlResult,
  refusal?: number,
): HttpResponse {
  const status = refusal ?? statusOfResult(result)
  const headers: Headers = status === NOT_BY_GET ? { Allow: 'POST' } : {}
  const isTold = status === REFUSED && refusal === undefined && asksForJson(request)
  const told: GraphqlResult = isTold ? { data: null, ...result } : result
  const body = encodeUtf8(stringifyJson(asJson(told)))
  return jsonResponse({ ...rendering, contentType }, isTold ? 200 : status, headers, body)
}

/**
 * GraphQL over HTTP: whoever asks for plain JSON by name gets 200 for a document that was refused, with data that is
 * null (R4 graphql.html#errors); in GraphQL's own media type, and where none is asked for, it is 400 without data.
 */
const asksForJson = ({ headers: { accept = '' } }: HttpRequest): boolean =>
  /\bapplication\/json\b/.test(accept) && !accept.includes(GRAPHQL_RESPONSE)

const REFUSED = 400

/** What was sent in no form that holds a document is told of as GraphQL tells errors: R4 graphql.html#errors */
function readDocument(request: HttpRequest, parameters: Parameters): Document | Fault {
  try {
    return request.method === 'POST' ? documentOfBody(request, parameters) : readOnlyDocument(parameters)
  } catch (thrown) {
    if (Fault.is(thrown)) return thrown
    throw thrown
  }
}

/**
 * A GET changes nothing (RFC 9110, 9.2.1): any page may make a browser send one, and what it asks for must be harmless.
 */
const readOnlyDocument = (parameters: Parameters): Document => ({
  ...documentOfQuery(parameters),
  mutations: 'refused',
})

const NOT_BY_GET = statusOf('method-not-allowed')

/** What a document does that is refused for itself. */
const OF_DOCUMENTS: ReadonlySet<string> = new Set(['invalid', 'unprocessable', 'unsupported', 'too-costly'])

/**
 * A document that was refused has no data at all; one that failed in parts has both. Where it is not the document, but
 * the resource that it would be run on, the status is that of reading it.
 */
function statusOfResult({ data, errors }: GraphqlResult): number {
  if (data !== undefined) return 200
  const category = errors?.[0]?.extensions?.category
  if (category === undefined) return INTERNAL
  return OF_DOCUMENTS.has(category) ? REFUSED : statusOf(category as FaultCategory)
}

const INTERNAL = 500

/** R4 graphql.html: the result is JSON, and no resource, whatever FHIR type a client asks for. */
function contentTypeOf({ headers }: HttpRequest): string {
  const negotiated = negotiateAnswer(GRAPHQL_ANSWER, headers.accept, undefined)
  return negotiated.startsWith(GRAPHQL_RESPONSE) ? negotiated : 'application/json; charset=utf-8'
}

/** The result is JSON but for its readonly arrays. */
const asJson = (result: GraphqlResult): JsonValue => result as JsonObject

function documentOfQuery(parameters: Parameters): Document {
  const given = new Map(parameters)
  const query = given.get('query')
  if (!query) throw fault('invalid', 'GraphQL needs a document in the parameter query.', { expression: ['query'] })
  const variables = given.get('variables')
  const operationName = given.get('operationName')
  return {
    query,
    ...(variables && { variables: variablesOf(parseJson(variables)) }),
    ...(operationName && { operationName }),
  }
}

function documentOfBody(request: HttpRequest, parameters: Parameters): Document {
  const type = assertContentType(request.headers['content-type'], GRAPHQL_BODY)
  const text = decodeUtf8(request.body ?? new Uint8Array())
  if (type === 'application/graphql') return documentOfQuery([...parameters, ['query', text]])
  const body = parseJson(text)
  if (!isJsonObject(body) || typeof body.query !== 'string')
    throw fault('invalid', 'GraphQL needs a JSON object whose query is a document, as text.', { expression: ['query'] })
  const { query, variables, operationName, extensions } = body
  if (extensions !== undefined && extensions !== null && !isJsonObject(extensions))
    throw fault('invalid', 'extensions are one JSON object.', { expression: ['extensions'] })
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw fault('invalid', 'operationName is the name of an operation, as text.', { expression: ['operationName'] })
  return {
    query: query as string,
    ...(variables !== undefined && variables !== null && { variables: variablesOf(variables) }),
    ...(operationName && { operationName }),
  }
}

function variablesOf(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value
  throw fault('invalid', 'GraphQL variables are one JSON object.', { expression: ['variables'] })
}
