import { everythingOf } from '../../access/scope.ts'
import type { Tenant } from '../../call.ts'
import type { ServiceContext } from '../../context.ts'
import type { ParameterScan, ParameterScanPage } from '../../ports/parameter-store.ts'
import type { VersionHint } from '../../ports/resource-store.ts'
import type { Position } from '../../ports/search-index.ts'
import { containedKeyOf } from '../contained.ts'

/**
 * As ParameterStore.scan, of what contains resources of a type (`#Medication`): no store lists those. What has been
 * written and is not in the index yet is brought there first: a worker may have it that has older search parameters.
 */
export async function scanContainers(
  { ports }: ServiceContext,
  tenant: Tenant,
  { type, after, count, deadline }: Omit<ParameterScan, 'since'>,
): Promise<ParameterScanPage> {
  const { hits, next } = await ports.index.search(tenant, {
    query: everythingOf(type),
    sort: [],
    count,
    ...(after !== undefined && { after: JSON.parse(after) as Position }),
    total: 'none',
    consistent: true,
    deadline,
  })
  const containers = new Map<string, VersionHint>()
  for (const { id, versionId } of hits) {
    const { container } = containedKeyOf(id)
    containers.set(`${container.type}/${container.id}`, { ...container, versionId })
  }
  const versions = await ports.store.readNewest(tenant, [...containers.values()], deadline)
  return {
    versions: versions.flatMap(version => (version && !version.deleted ? [version] : [])),
    next: next && JSON.stringify(next),
  }
}
