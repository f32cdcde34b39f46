import type { Clock } from '#service/ports/clock.ts'
import type { ResourceStore } from '#service/ports/resource-store.ts'
import { FIRST_WRITE } from './changes.ts'

/**
 * For stores whose histories of types show what is older than a watermark, behind which nobody writes any more: the
 * suite's writes happen at the time that they carry, where the clock stands still, and all that is read is read long
 * after.
 */
export function readLater(storeAt: (clock: Clock) => ResourceStore): ResourceStore {
  const writer = storeAt({ now: () => FIRST_WRITE })
  const reader = storeAt({ now: () => Date.now() })
  return {
    indexing: reader.indexing,
    commit: (tenant, request) =>
      writer.commit(tenant, { ...request, deadline: request.deadline - Date.now() + FIRST_WRITE }),
    readNewest: (tenant, references, deadline) => reader.readNewest(tenant, references, deadline),
    readVersion: (tenant, key, versionId, deadline) => reader.readVersion(tenant, key, versionId, deadline),
    readClaim: (tenant, claim, deadline) => reader.readClaim(tenant, claim, deadline),
    purge: (tenant, key, versionId, deadline) => reader.purge(tenant, key, versionId, deadline),
    deletedFrom: (tenant, request) => reader.deletedFrom(tenant, request),
    history: (tenant, request) => reader.history(tenant, request),
  }
}
