/** What was in a compartment when it was deleted: its versions are in store, and no search finds them. */
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { DeletedPage, DeletedRequest } from '../ports/resource-store.ts'

const VERSIONS_LOOKED_AT = 2000

/** A page of what is still deleted, and the caller's to see. A tombstone keeps the compartments of what was before. */
export async function deletedBefore(
  context: ServiceContext,
  call: Call,
  request: Pick<DeletedRequest, 'compartment' | 'since' | 'after'>,
): Promise<DeletedPage> {
  const { store } = context.ports
  const { deadline } = call
  const page = await store.deletedFrom(call.tenant, { ...request, count: VERSIONS_LOOKED_AT, deadline })
  // It may have been put anew since, for somebody else.
  const newest = await store.readNewest(call.tenant, page.keys, deadline)
  const deleted = newest.flatMap(version =>
    version?.deleted && version.compartments.includes(request.compartment) ? [version] : [],
  )
  const revealed = await mapConcurrently(deleted, context.limits.concurrencyMax, each => revealOne(context, call, each))
  return { ...page, keys: revealed.flatMap(each => (each ? [{ type: each.type, id: each.id }] : [])) }
}
