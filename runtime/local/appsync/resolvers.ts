import { GraphQLError, type GraphQLResolveInfo } from 'graphql'
import type { ResolverResult, ResolversDoor } from '#resolvers/door.ts'
import { prefetchKey } from '#service/graphql/plan/prefetch-key.ts'
import type { GraphqlFieldError, GraphqlFieldOutcome, JsonObject, JsonValue } from '#service/index.ts'
import type { RequestContext } from './context.ts'
import { eventOf } from './resolver-event.ts'
import type { AttachedResolvers, Resolver } from './schema.ts'

/** What the JS resolvers in AppSync do around the Lambda function. */
export function createResolvers(door: ResolversDoor): AttachedResolvers {
  return {
    root: async (_source, given, context, info) =>
      unwrap(single(await door(eventOf(null, given, context, info), context.call))),
    nested(source, given, context, info) {
      const parent = source as JsonObject
      const key = prefetchKey(info.fieldName, Object.entries(given))
      const prefetched = Object.hasOwn(parent, key) ? parent[key] : undefined
      if (prefetched !== undefined) return unwrap(prefetched as unknown as GraphqlFieldOutcome)
      return context.batches.invoke(eventOf(parent, given, context, info)).then(unwrap)
    },
    internal(_source, _given, _context, info) {
      const place = `${info.fieldName} on type ${info.parentType.name}`
      throw appsyncError({ message: `Not Authorized to access ${place}`, errorType: 'Unauthorized' })
    },
  }
}

/** AppSync's default resolver: the parent's value under the field's name, whatever the alias. */
export const defaultResolver: Resolver = (source, _given, _context: RequestContext, info: GraphQLResolveInfo) =>
  (source as Readonly<Record<string, unknown>> | null)?.[info.fieldName]

const single = (result: ResolverResult): GraphqlFieldOutcome =>
  'length' in result ? (result[0] ?? { data: null }) : result

/** `util.error(message, errorType, null, errorInfo)` where there is an error. */
function unwrap(outcome: GraphqlFieldOutcome): JsonValue {
  if (outcome.error) throw appsyncError(outcome.error)
  return outcome.data
}

const appsyncError = ({ message, errorType, errorInfo }: Partial<GraphqlFieldError>): GraphQLError =>
  new GraphQLError(message ?? 'Unknown error', { extensions: { errorType, errorInfo } })
