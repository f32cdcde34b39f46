import type { ChangeFilter, JsonObject } from '#service/index.ts'

/**
 * As `util.transform.toSubscriptionFilter` of AppSync's resolvers takes it: every field has to agree. It replaces what
 * AppSync would make of the arguments itself.
 */
export const subscriptionFilter = ({ tenant, resourceType, id, compartments }: ChangeFilter): JsonObject => ({
  tenant: { eq: tenant },
  ...(resourceType !== undefined && { resourceType: { eq: resourceType } }),
  ...(id !== undefined && { id: { eq: id } }),
  ...(compartments && { compartments: { containsAny: [...compartments] } }),
})
