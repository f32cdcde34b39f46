/**
 * A stand-in for AWS AppSync: graphql-js over the generated SDL, with AppSync's resolver events, default resolvers,
 * error shape and limits. Not part of any Lambda function.
 */
import { readFile } from 'node:fs/promises'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  subscribe,
} from 'graphql'
import { createResolversDoor, type ResolversDoor } from '#resolvers/door.ts'
import { rootFields } from '#resolvers/registry.ts'
import { type HttpOptions, withHttpManners } from '#rest/http-manners.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '#rest/http-message.ts'
import { createDefinitions, Fault, type FhirService, statusOf, tenantOf } from '#service/index.ts'
import { createBatches } from './appsync/batch-invoke.ts'
import type { RequestContext } from './appsync/context.ts'
import { type CheckedDocument, createDocuments } from './appsync/documents.ts'
import { errorOfGraphql, requestError } from './appsync/errors.ts'
import { type Answer, httpResponse } from './appsync/http-response.ts'
import { type GraphqlHttpRequest, readGraphqlRequest } from './appsync/request.ts'
import { createResolvers, defaultResolver } from './appsync/resolvers.ts'
import { createSchema } from './appsync/schema.ts'
import type { PlannedSubscription, SubscriptionFilter } from './appsync/subscriptions.ts'

export interface AppSyncOptions extends HttpOptions {
  readonly service: FhirService
  /** Default: the generated one. */
  readonly sdl?: string
  /** Those that are served; all of R4 where absent. */
  readonly resourceTypes?: readonly string[] | undefined
}

const GENERATED_SDL = new URL('../../schema/generated/schema.graphql', import.meta.url)

export interface AppSync {
  /** GraphQL over HTTP, by POST and GET. */
  readonly answer: HttpHandler
  /** A subscription's document, as POST has one: 200 with a PlannedSubscription, else errors as over HTTP. */
  readonly subscribe: HttpHandler
}

/** Making it takes a second, for the schema. */
export async function createAppSync(options: AppSyncOptions): Promise<AppSync> {
  const sdl = options.sdl ?? (await readFile(GENERATED_SDL, 'utf8'))
  const door = createResolversDoor(options.service)
  const { resourceTypes } = createDefinitions().for(tenantOf('schema'))
  const { resourceTypes: served = resourceTypes } = options
  const unserved = rootFields(resourceTypes.filter(type => !served.includes(type)))
  const leftOut = { ...unserved, mutation: unserved.mutation.filter(name => name !== 'transaction') }
  const schema = createSchema(sdl, createResolvers(door), rootFields(resourceTypes), leftOut)
  const engine: Engine = { schema, door, check: createDocuments(schema) }
  return {
    answer: withHttpManners(request => answer(engine, request, run), options),
    subscribe: withHttpManners(request => answer(engine, request, plan), options),
  }
}

interface Engine {
  readonly schema: GraphQLSchema
  readonly door: ResolversDoor
  readonly check: (text: string) => CheckedDocument
}

type Work = (engine: Engine, request: HttpRequest, sent: GraphqlHttpRequest) => Promise<Answer>

async function answer(engine: Engine, request: HttpRequest, work: Work): Promise<HttpResponse> {
  return httpResponse(request, await answerOf(engine, request, work))
}

async function answerOf(engine: Engine, request: HttpRequest, work: Work): Promise<Answer> {
  try {
    return await work(engine, request, readGraphqlRequest(request))
  } catch (thrown) {
    // A syntax error, which has locations and nothing more.
    if (thrown instanceof GraphQLError)
      return { status: 400, refused: 'document', errors: [errorOfGraphql(thrown, MALFORMED)] }
    if (Fault.is(thrown))
      return { status: statusOf(thrown.category), errors: [requestError(MALFORMED, thrown.message)] }
    throw thrown
  }
}

const MALFORMED = 'MalformedHttpRequestException'
const VALIDATION = 'ValidationException'

async function run(engine: Engine, request: HttpRequest, sent: GraphqlHttpRequest): Promise<Answer> {
  const checked = check(engine, sent)
  if ('status' in checked) return checked
  if (checked.operation === 'subscription')
    return refused('UnsupportedOperation', 'Subscriptions go over the WebSocket of this endpoint.')
  if (checked.operation === 'mutation' && request.method !== 'POST')
    return refused('BadRequest', 'Mutations are sent by POST.')
  return answerOfExecution(await execute(argumentsOf(engine, request, sent, checked.document)))
}

/** The stream of events is left at the first, which tells what is selected. */
async function plan(engine: Engine, request: HttpRequest, sent: GraphqlHttpRequest): Promise<Answer> {
  const checked = check(engine, sent)
  if ('status' in checked) return checked
  if (checked.operation !== 'subscription') return refused('BadRequest', 'Only subscriptions are started here.')
  let filter: SubscriptionFilter = {}
  const events = await subscribe({
    ...argumentsOf(engine, request, sent, checked.document, given => {
      filter = given
    }),
  })
  if (!(Symbol.asyncIterator in events)) return { ...answerOfExecution(events), status: 400 }
  for await (const event of events) {
    const planned: PlannedSubscription = { filter, selection: event.data as PlannedSubscription['selection'] }
    return { status: 200, data: planned }
  }
  return refused('InternalFailure', 'The subscription could not be started.')
}

interface Checked {
  readonly document: DocumentNode
  readonly operation: OperationTypeNode | undefined
}

function check(engine: Engine, { query, operationName }: GraphqlHttpRequest): Checked | Answer {
  const checked = engine.check(query)
  if (checked.errors) {
    const errors = checked.errors.map(error => errorOfGraphql(error, VALIDATION))
    return { status: 200, refused: 'document', errors }
  }
  if (!checked.document) return refused('ExecutionLimitReached', checked.tooDeep)
  return { document: checked.document, operation: getOperationAST(checked.document, operationName)?.operation }
}

function argumentsOf(
  { schema, door }: Engine,
  { call, headers }: HttpRequest,
  { variables, operationName }: GraphqlHttpRequest,
  document: DocumentNode,
  setSubscriptionFilter: RequestContext['setSubscriptionFilter'] = () => undefined,
): ExecutionArgs {
  const batches = createBatches(door, call)
  const contextValue: RequestContext = { call, headers, variables, batches, setSubscriptionFilter }
  return {
    schema,
    document,
    variableValues: variables,
    operationName,
    contextValue,
    fieldResolver: defaultResolver,
  }
}

const answerOfExecution = ({ data, errors }: ExecutionResult): Answer => ({
  status: 200,
  ...(data === undefined ? { refused: 'document' } : { data }),
  ...(errors && { errors: errors.map(error => errorOfGraphql(error)) }),
})

const refused = (errorType: string, message: string): Answer => ({
  status: 400,
  errors: [requestError(errorType, message)],
})
