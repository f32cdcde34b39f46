import type { Call } from '#service/index.ts'
import type { Batches } from './batch-invoke.ts'
import type { SubscriptionFilter } from './subscriptions.ts'

/** What the resolvers of one request share. */
export interface RequestContext {
  readonly call: Call
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As the request gave them: AppSync passes no defaults on. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly batches: Batches
  /** `extensions.setSubscriptionFilter` of AppSync's resolvers. */
  setSubscriptionFilter(filter: SubscriptionFilter): void
}
