/** The fields that this door answers at the root: what infrastructure and the local stand-in attach it to. */
export interface RootFields {
  readonly query: readonly string[]
  readonly mutation: readonly string[]
}

const WRITES = ['Create', 'Update', 'Patch', 'Delete']

/** In the order of the generated SDL. R4 graphql.html */
export const rootFields = (resourceTypes: readonly string[]): RootFields => ({
  query: resourceTypes.flatMap(type => [type, `${type}List`, `${type}Connection`]),
  mutation: [...resourceTypes.flatMap(type => WRITES.map(write => `${type}${write}`)), 'transaction'],
})

/** Types whose fields are root fields. */
export const ROOT_OPERATIONS: Readonly<Record<string, 'query' | 'mutation' | undefined>> = Object.freeze({
  Query: 'query',
  Mutation: 'mutation',
})

/** Its name is not Subscription, which is a resource type. */
export const SUBSCRIPTION_ROOT = 'SubscriptionRoot'

export const SUBSCRIPTION_FIELD = 'onResourceChange'
