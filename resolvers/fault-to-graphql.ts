import { type Call, type GraphqlFieldOutcome, graphqlFieldError } from '#service/index.ts'

/** Whatever was thrown as AppSync's `util.error` takes it, by the one table that `$graphql` has too. */
export const faultToGraphql = (call: Call, thrown: unknown): GraphqlFieldOutcome => ({
  error: graphqlFieldError(call, thrown),
})
