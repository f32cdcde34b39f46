import type { Tenant } from '#service/call.ts'

/** Where the index is: the names of all its parts start with the prefix. */
export interface IndexPlace {
  /** Lower-case letters, digits and dashes. */
  readonly prefix: string
  /**
   * tenant: all of a tenant lies in one shard, and a search asks only that one; for many tenants. resource: resources
   * are spread over all shards; for a tenant that one shard does not carry. Fixed for an index.
   */
  readonly routing: 'tenant' | 'resource'
}

/** Searches go there: one index. */
export const readAlias = ({ prefix }: IndexPlace): string => `${prefix}-read`

/** Writes go to every index that has it: two while the next one is being built. */
export const writeAlias = ({ prefix }: IndexPlace): string => `${prefix}-write`

export const routingOf = ({ routing }: IndexPlace, tenant: Tenant): { readonly routing?: string } =>
  routing === 'tenant' ? { routing: tenant } : {}
