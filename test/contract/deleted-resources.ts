/** What every ResourceStore finds by its tombstones. */
import { expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import type { Change, ResourceStore } from '#service/ports/resource-store.ts'
import { changeOf, deletionOf, FIRST_WRITE, freshTenant, soon } from './changes.ts'
import type { Holds } from './contract.ts'

export function deletedResources(holds: Holds, store: () => ResourceStore): void {
  /** `Type/id` of what was deleted from the compartment, by pages of so many versions. */
  const deletedFrom = async (tenant: Tenant, compartment: string, count: number, since?: number) => {
    const found: string[] = []
    let after: string | undefined
    do {
      const from = { ...(after !== undefined && { after }), ...(since !== undefined && { since }) }
      const page = await store().deletedFrom(tenant, { compartment, count, deadline: soon(), ...from })
      found.push(...page.keys.map(({ type, id }) => `${type}/${id}`))
      after = page.next
    } while (after !== undefined)
    return [...new Set(found)].sort()
  }

  holds('finds by their tombstones what was in a compartment', async () => {
    const tenant = freshTenant()
    const of = (compartment: string) => ({ compartments: [compartment] })
    const later = (change: Change, seconds: number): Change => ({
      ...change,
      lastUpdated: FIRST_WRITE + seconds * 1000,
    })
    const changes = [
      changeOf('Observation', '1', 1, of('Patient/p')),
      changeOf('Observation', '2', 1, of('Patient/p')),
      changeOf('Observation', '3', 1, of('Patient/pp')),
      changeOf('Condition', '1', 1, of('Patient/p')),
      changeOf('Condition', '2', 1, of('Patient/p')),
      later(deletionOf('Observation', '1', 2, of('Patient/p')), 1),
      later(deletionOf('Observation', '3', 2, of('Patient/pp')), 2),
      later(deletionOf('Condition', '1', 2, of('Patient/p')), 3),
      later(changeOf('Condition', '2', 2, of('Patient/p')), 4),
      later(deletionOf('Condition', '2', 3, of('Patient/p')), 5),
    ]
    for (const change of changes) {
      expect(await store().commit(tenant, { changes: [change], deadline: soon() })).toEqual({ committed: true })
    }
    const all = ['Condition/1', 'Condition/2', 'Observation/1']
    for (const count of [1, 2, 100]) expect(await deletedFrom(tenant, 'Patient/p', count)).toEqual(all)
    expect(await deletedFrom(tenant, 'Patient/pp', 100)).toEqual(['Observation/3'])
    expect(await deletedFrom(tenant, 'Patient/none', 100)).toEqual([])
    expect(await deletedFrom(freshTenant(), 'Patient/p', 100)).toEqual([])
    const recent = await deletedFrom(tenant, 'Patient/p', 1, FIRST_WRITE + 3000)
    expect(recent.filter(reference => reference.startsWith('Condition'))).toEqual(['Condition/1', 'Condition/2'])
  })
}
