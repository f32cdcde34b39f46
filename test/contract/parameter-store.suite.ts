/** What every store does that lets a tenant's own search parameters have an effect. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import { invariant } from '#service/invariant.ts'
import { type ParameterStore, StaleParameters } from '#service/ports/parameter-store.ts'
import type { Change, CommitResult, ResourceStore } from '#service/ports/resource-store.ts'
import type { StoredVersion } from '#service/ports/stored-version.ts'
import { changeOf, deletionOf, freshTenant, soon } from './changes.ts'
import { contractTest } from './contract.ts'

export interface ParametersUnderTest {
  readonly store: ResourceStore
  close(): Promise<void>
}

const COMMITTED: CommitResult = { committed: true }

/** Stores refuse what says of itself that it was written long ago. */
const written = (type: string, id: string, versionId = 1): Change =>
  changeOf(type, id, versionId, { lastUpdated: Date.now() })

const deleted = (type: string, id: string, versionId: number): Change =>
  deletionOf(type, id, versionId, { lastUpdated: Date.now() })

export function parameterStoreSuite(engine: string, open: () => Promise<ParametersUnderTest>): void {
  describe(`${engine} as a store of search parameters`, () => {
    const { holds, end } = contractTest(engine)
    let opened: ParametersUnderTest
    let store: ResourceStore
    let parameters: ParameterStore
    beforeAll(async () => {
      opened = await open()
      store = opened.store
      invariant(store.parameters, 'it offers search parameters')
      parameters = store.parameters
    })
    afterAll(() => opened.close())

    const commit = (tenant: Tenant, changes: readonly Change[], revision: number, changed = true) =>
      store.commit(tenant, { changes, parameters: { revision, changed }, deadline: soon() })
    const revisionOf = async (tenant: Tenant) => {
      const revision = await parameters.revision(tenant, soon())
      expect([undefined, revision]).toContain(parameters.revisionAtHand(tenant))
      return revision
    }

    holds('has another revision after each commit that changes them, and the same after others', async () => {
      const tenant = freshTenant()
      expect(await revisionOf(tenant)).toBe(0)
      expect(await commit(tenant, [written('Patient', 'a')], 0, false)).toEqual(COMMITTED)
      expect(await revisionOf(tenant)).toBe(0)
      expect(await commit(tenant, [written('SearchParameter', 'eyes')], 0)).toEqual(COMMITTED)
      const first = await revisionOf(tenant)
      expect(first).toBeGreaterThan(0)
      expect(await commit(tenant, [written('Patient', 'b')], first, false)).toEqual(COMMITTED)
      expect(await revisionOf(tenant)).toBe(first)
      const both = [written('SearchParameter', 'eyes', 2), written('SearchParameter', 'hair')]
      expect(await commit(tenant, both, first)).toEqual(COMMITTED)
      expect(await revisionOf(tenant)).toBeGreaterThan(first)
      expect(await revisionOf(freshTenant())).toBe(0)
    })

    holds('reads those that may be in force, as they are', async () => {
      const tenant = freshTenant()
      const read = async () => {
        const { revision, versions } = await parameters.read(tenant, soon())
        expect(revision).toBe(await revisionOf(tenant))
        return versions.map(named).sort()
      }
      expect(await read()).toEqual([])
      await commit(tenant, [written('SearchParameter', 'eyes'), written('SearchParameter', 'hair')], 0)
      expect(await read()).toEqual(['SearchParameter/eyes/1', 'SearchParameter/hair/1'])
      await commit(tenant, [written('SearchParameter', 'eyes', 2), written('Patient', 'a')], await revisionOf(tenant))
      expect(await read()).toEqual(['SearchParameter/eyes/2', 'SearchParameter/hair/1'])
      await commit(tenant, [deleted('SearchParameter', 'hair', 2)], await revisionOf(tenant))
      expect(await read()).toEqual(['SearchParameter/eyes/2'])
      expect(await store.purge(tenant, { type: 'SearchParameter', id: 'hair' }, 2, soon())).toBe(true)
      expect(await read()).toEqual(['SearchParameter/eyes/2'])
    })

    holds('commits nothing that was decided by another revision', async () => {
      const tenant = freshTenant()
      await commit(tenant, [written('SearchParameter', 'eyes')], 0)
      const late = commit(tenant, [written('SearchParameter', 'hair'), written('Patient', 'a')], 0)
      await expect(late).rejects.toThrow(StaleParameters)
      const keys = [
        { type: 'SearchParameter', id: 'hair' },
        { type: 'Patient', id: 'a' },
      ]
      expect(await store.readNewest(tenant, keys, soon())).toEqual([undefined, undefined])
      const again = commit(tenant, [written('SearchParameter', 'hair')], await revisionOf(tenant))
      expect(await again).toEqual(COMMITTED)
    })

    holds('of many at once, each changes what the one before has left', async () => {
      const tenant = freshTenant()
      const ids = Array.from({ length: 6 }, (_, index) => `p${index}`)
      const commitAll = async (left: readonly string[]): Promise<void> => {
        const revision = await revisionOf(tenant)
        const outcomes = await Promise.allSettled(
          left.map(id => commit(tenant, [written('SearchParameter', id), written('Patient', id)], revision)),
        )
        const stale = left.filter((_, index) => outcomes[index]?.status === 'rejected')
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StaleParameters)
        expect(stale.length).toBe(left.length - 1)
        if (stale.length > 0) await commitAll(stale)
      }
      await commitAll(ids)
      const { versions } = await parameters.read(tenant, soon())
      expect(versions.map(({ id }) => id).sort()).toEqual(ids)
    })

    holds('goes through all live resources of a type, by pages', async () => {
      const tenant = freshTenant()
      const since = Date.now()
      const changes = Array.from({ length: 25 }, (_, index) => written('Observation', `o${index}`))
      await store.commit(tenant, { changes: [...changes, written('Patient', 'p')], deadline: soon() })
      await store.commit(tenant, { changes: [written('Observation', 'o3', 2)], deadline: soon() })
      await store.commit(tenant, { changes: [deleted('Observation', 'o4', 2)], deadline: soon() })
      const seen = new Set<string>()
      for (let after: string | undefined, pages = 0; ; pages++) {
        const place = after === undefined ? {} : { after }
        const page = await parameters.scan(tenant, { type: 'Observation', count: 4, since, deadline: soon(), ...place })
        expect(page.versions.length).toBeLessThanOrEqual(4)
        for (const version of page.versions) seen.add(named(version))
        expect(pages).toBeLessThan(60)
        if (page.next === undefined) break
        after = page.next
      }
      const expected = changes.flatMap(({ id }) => (id === 'o4' ? [] : `Observation/${id}/${id === 'o3' ? 2 : 1}`))
      expect([...seen].sort()).toEqual(expected.sort())
      const none = { type: 'Device', count: 4, since, deadline: soon() }
      expect(await parameters.scan(tenant, none)).toEqual({ versions: [], next: undefined })
    })
    end()
  })
}

const named = ({ type, id, versionId }: StoredVersion): string => `${type}/${id}/${versionId}`
