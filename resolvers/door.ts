import {
  asksForAttachmentUrls,
  type Call,
  type FhirService,
  type GraphqlFieldOutcome,
  type GraphqlNestedRequest,
} from '#service/index.ts'
import { type ResolverEvent, readEvent } from './event.ts'
import { faultToGraphql } from './fault-to-graphql.ts'
import { ROOT_OPERATIONS, SUBSCRIPTION_ROOT } from './registry.ts'
import { subscriptionFilter } from './subscription-filter.ts'
import { readSubscription } from './subscription-request.ts'

/** A list where AppSync invokes with a batch; else one outcome. */
export type ResolverResult = GraphqlFieldOutcome | readonly GraphqlFieldOutcome[]

/**
 * Never rejects: a failure is an outcome, which the JS resolver in AppSync turns into an error with its
 * OperationOutcome.
 */
export type ResolversDoor = (event: unknown, call: Call) => Promise<ResolverResult>

/**
 * AppSync's resolvers over the service: a root field with everything below it, a batch of fields below one, or a
 * subscription, of which the outcome is the filter.
 */
export function createResolversDoor(service: FhirService): ResolversDoor {
  return async (event, call) => {
    if (!Array.isArray(event)) return answerOne(service, event, call)
    try {
      const requests = event.map(readEvent)
      return await service.graphqlNested(asPreferred(requests[0], call), requests.map(nestedRequestOf))
    } catch (thrown) {
      const failure = faultToGraphql(call, thrown)
      return event.map(() => failure)
    }
  }
}

/** A batch is of one request of a client. */
const asPreferred = (request: ResolverEvent | undefined, call: Call): Call =>
  asksForAttachmentUrls(request?.prefer) ? { ...call, attachments: 'presigned' } : call

async function answerOne(service: FhirService, event: unknown, given: Call): Promise<GraphqlFieldOutcome> {
  let call = given
  try {
    const request = readEvent(event)
    call = asPreferred(request, given)
    const operation = ROOT_OPERATIONS[request.info.parentTypeName]
    if (operation) return { data: await service.graphqlField(call, { operation, ...fieldOf(request) }) }
    if (request.info.parentTypeName === SUBSCRIPTION_ROOT) {
      return { data: subscriptionFilter(await service.subscribe(call, readSubscription(request))) }
    }
    const [outcome] = await service.graphqlNested(call, [nestedRequestOf(request)])
    return outcome ?? { data: null }
  } catch (thrown) {
    return faultToGraphql(call, thrown)
  }
}

const fieldOf = ({ arguments: given, info }: ResolverEvent) => ({
  field: info.fieldName,
  arguments: given,
  selectionSet: info.selectionSetGraphQL,
  variables: info.variables,
})

const nestedRequestOf = (event: ResolverEvent): GraphqlNestedRequest => ({
  ...fieldOf(event),
  parentType: event.info.parentTypeName,
  source: event.source ?? {},
})
