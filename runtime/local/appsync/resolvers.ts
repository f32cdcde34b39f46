import { GraphQLError, type GraphQLResolveInfo } from 'graphql'
import type { ResolverResult, ResolversDoor } from '#resolvers/door.ts'
import type { JsonObject } from '#service/index.ts'
import type { RequestContext } from './context.ts'
import { EarlyReturn, loadResolverCode, type ResolverCode, type ResolverKind, Unauthorized } from './resolver-code.ts'
import { type AppSyncEvent, eventOf } from './resolver-event.ts'
import type { AttachedResolvers, Resolver } from './schema.ts'
import { probe, type SubscriptionFilter } from './subscriptions.ts'

/** Runs the code that is attached to fields in AppSync, and what it asks for. */
export function createResolvers(door: ResolversDoor): AttachedResolvers {
  const invoke: Invoke = (payload, { call }) => door(payload, call)
  return {
    root: attach('root', async (payload, context) => {
      const result = await invoke(payload, context)
      assertSize(result)
      return result
    }),
    nested: attach('nested', (payload, context) => context.batches.invoke(payload as unknown as AppSyncEvent)),
    filter: attach('filter', nothing),
    internal: attach('internal', nothing),
    subscription: startSubscription(invoke),
  }
}

type Invoke = (payload: JsonObject, context: RequestContext) => Promise<ResolverResult>

const nothing: Invoke = async () => ({ data: null })

/** What a request function gives for the Lambda data source. */
interface Invocation {
  readonly payload: JsonObject
}

const attach = (kind: ResolverKind, invoke: Invoke): Resolver => attachCode(loadResolverCode(kind), invoke)

function attachCode(code: ResolverCode, invoke: Invoke): Resolver {
  return (source, given, context, info) => {
    spendResolver(context)
    const event = eventOf(source as JsonObject | null, given, context, info)
    const request = requestOf(code, event, info)
    if (request instanceof EarlyReturn) return request.data
    return invoke(request.payload, context).then(result => code.response({ ...event, result }))
  }
}

/** Loaded for each, since what it sets is for this one. */
function startSubscription(invoke: Invoke): Resolver {
  return (source, given, context, info) => {
    const setSubscriptionFilter = (filter: unknown) => context.setSubscriptionFilter(filter as SubscriptionFilter)
    const code = loadResolverCode('subscription', { setSubscriptionFilter })
    const start = attachCode(code, invoke)(source, given, context, info) as Promise<unknown>
    return start.then(() => probe(info.fieldName))
  }
}

function requestOf(code: ResolverCode, event: AppSyncEvent, info: GraphQLResolveInfo): Invocation | EarlyReturn {
  try {
    return code.request(event) as Invocation
  } catch (thrown) {
    if (thrown instanceof EarlyReturn) return thrown
    if (!(thrown instanceof Unauthorized)) throw thrown
    const place = `${info.fieldName} on type ${info.parentType.name}`
    throw appsyncError(`Not Authorized to access ${place}`, 'Unauthorized')
  }
}

/** Of one request, as a deployment sets AppSync's resolverCountLimit; 10,000 would be its greatest. */
const RESOLVERS_MAX = 5000

const resolversRun = new WeakMap<RequestContext, number>()

function spendResolver(context: RequestContext): void {
  const run = (resolversRun.get(context) ?? 0) + 1
  resolversRun.set(context, run)
  if (run <= RESOLVERS_MAX) return
  throw appsyncError(`The request runs more than ${RESOLVERS_MAX} resolvers.`, 'ExecutionLimitReached')
}

/** What AppSync takes from a resolver. */
const RESULT_BYTES_MAX = 5 * 1000 * 1000

function assertSize(result: ResolverResult): void {
  if (Buffer.byteLength(JSON.stringify(result)) <= RESULT_BYTES_MAX) return
  throw appsyncError('The response of the resolver is larger than 5 MB.', 'ExecutionLimitReached')
}

/** AppSync's default resolver: the parent's value under the field's name, whatever the alias. */
export const defaultResolver: Resolver = (source, _given, _context: RequestContext, info: GraphQLResolveInfo) =>
  (source as Readonly<Record<string, unknown>> | null)?.[info.fieldName]

const appsyncError = (message: string, errorType: string): GraphQLError =>
  new GraphQLError(message, { extensions: { errorType, errorInfo: null } })
