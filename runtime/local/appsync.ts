/**
 * A stand-in for AWS AppSync: graphql-js over the generated SDL, with AppSync's resolver events, default resolvers,
 * error shape and limits. Not part of any Lambda function.
 */
import { readFile } from 'node:fs/promises'
import { execute, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql'
import { createResolversDoor, type ResolversDoor } from '#resolvers/door.ts'
import { rootFields } from '#resolvers/registry.ts'
import { type HttpOptions, withHttpManners } from '#rest/http-manners.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '#rest/http-message.ts'
import { createDefinitions, encodeUtf8, Fault, type FhirService, statusOf, tenantOf } from '#service/index.ts'
import { createBatches } from './appsync/batch-invoke.ts'
import type { RequestContext } from './appsync/context.ts'
import { type CheckedDocument, createDocuments } from './appsync/documents.ts'
import { type AppSyncError, errorOfGraphql, requestError } from './appsync/errors.ts'
import { type GraphqlHttpRequest, readGraphqlRequest } from './appsync/request.ts'
import { createResolvers, defaultResolver } from './appsync/resolvers.ts'
import { createSchema } from './appsync/schema.ts'

export interface AppSyncOptions extends HttpOptions {
  readonly service: FhirService
  /** Default: the generated one. */
  readonly sdl?: string
}

const GENERATED_SDL = new URL('../../schema/generated/schema.graphql', import.meta.url)

/**
 * Answers GraphQL over HTTP, by POST and GET. Making it takes a second, for the schema; live updates will come as a
 * function of their own over the same schema.
 */
export async function createAppSync(options: AppSyncOptions): Promise<HttpHandler> {
  const sdl = options.sdl ?? (await readFile(GENERATED_SDL, 'utf8'))
  const door = createResolversDoor(options.service)
  const { resourceTypes } = createDefinitions().for(tenantOf('schema'))
  const schema = createSchema(sdl, createResolvers(door), rootFields(resourceTypes))
  const engine: Engine = { schema, door, check: createDocuments(schema) }
  return withHttpManners(request => answer(engine, request), options)
}

interface Engine {
  readonly schema: GraphQLSchema
  readonly door: ResolversDoor
  readonly check: (text: string) => CheckedDocument
}

interface Answer {
  readonly status: number
  readonly data?: unknown
  readonly errors?: readonly AppSyncError[]
}

async function answer(engine: Engine, request: HttpRequest): Promise<HttpResponse> {
  const { status, data = null, errors } = await answerOf(engine, request)
  const body = encodeUtf8(JSON.stringify(errors ? { data, errors } : { data }))
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'private, no-store' }
  return { status, headers, body }
}

async function answerOf(engine: Engine, request: HttpRequest): Promise<Answer> {
  try {
    return await run(engine, request, readGraphqlRequest(request))
  } catch (thrown) {
    // A syntax error, which has locations and nothing more.
    if (thrown instanceof GraphQLError) return { status: 400, errors: [errorOfGraphql(thrown, MALFORMED)] }
    if (Fault.is(thrown))
      return { status: statusOf(thrown.category), errors: [requestError(MALFORMED, thrown.message)] }
    throw thrown
  }
}

const MALFORMED = 'MalformedHttpRequestException'
const VALIDATION = 'ValidationException'

async function run(engine: Engine, request: HttpRequest, sent: GraphqlHttpRequest): Promise<Answer> {
  const checked = engine.check(sent.query)
  if (checked.errors) return { status: 200, errors: checked.errors.map(error => errorOfGraphql(error, VALIDATION)) }
  if (!checked.document) return refused('ExecutionLimitReached', checked.tooDeep)
  const operation = getOperationAST(checked.document, sent.operationName)?.operation
  if (operation === 'subscription') return refused('UnsupportedOperation', 'Subscriptions are not supported yet.')
  if (operation === 'mutation' && request.method !== 'POST') return refused('BadRequest', 'Mutations are sent by POST.')
  const { call, headers } = request
  const contextValue: RequestContext = {
    call,
    headers,
    variables: sent.variables,
    batches: createBatches(engine.door, call),
  }
  const { data, errors } = await execute({
    schema: engine.schema,
    document: checked.document,
    variableValues: sent.variables,
    operationName: sent.operationName,
    contextValue,
    fieldResolver: defaultResolver,
  })
  return { status: 200, data, ...(errors && { errors: errors.map(error => errorOfGraphql(error)) }) }
}

const refused = (errorType: string, message: string): Answer => ({
  status: 400,
  errors: [requestError(errorType, message)],
})
