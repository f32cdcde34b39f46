/** What was in a compartment when it was deleted: its versions are in store, and no search finds them. */
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { ResourceKey } from '../ports/stored-version.ts'

export interface DeletedBefore {
  /** Still deleted, and the caller's to see. */
  readonly keys: readonly ResourceKey[]
  /** false: not all of the history was looked at. */
  readonly complete: boolean
}

/** Where the store can't find them itself: of the whole history, newest first. */
const VERSIONS_MAX = 10_000
const PAGE_SIZE = 500

/** @param compartment `Type/id`; a tombstone keeps those of the version before. */
export async function deletedBefore(context: ServiceContext, call: Call, compartment: string): Promise<DeletedBefore> {
  const { store } = context.ports
  const { candidates, complete } = store.deletedFrom
    ? { candidates: await store.deletedFrom(call.tenant, compartment, call.deadline), complete: true }
    : await walk(context, call, compartment)
  // It may have been put anew since, for somebody else.
  const newest = await store.readNewest(call.tenant, candidates, call.deadline)
  const deleted = newest.flatMap(version =>
    version?.deleted && version.compartments.includes(compartment) ? [version] : [],
  )
  const revealed = await mapConcurrently(deleted, context.limits.concurrencyMax, each => revealOne(context, call, each))
  return { keys: revealed.flatMap(each => (each ? [{ type: each.type, id: each.id }] : [])), complete }
}

async function walk({ ports: { store } }: ServiceContext, { tenant, deadline }: Call, compartment: string) {
  const found = new Map<string, ResourceKey>()
  let after: string | undefined
  for (let seen = 0; seen < VERSIONS_MAX; seen += PAGE_SIZE) {
    const from = after === undefined ? {} : { after }
    const { versions, next } = await store.history(tenant, { ...from, count: PAGE_SIZE, deadline })
    for (const { type, id, deleted, compartments } of versions)
      if (deleted && compartments.includes(compartment)) found.set(`${type}/${id}`, { type, id })
    if (next === undefined) return { candidates: [...found.values()], complete: true }
    after = next
  }
  return { candidates: [...found.values()], complete: false }
}
