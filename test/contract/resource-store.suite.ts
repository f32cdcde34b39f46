/** What every ResourceStore does. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import type { Change, CommitResult, HistoryRequest, ResourceStore } from '#service/ports/resource-store.ts'
import { changeOf, deletionOf, FIRST_WRITE, freshTenant, plain, soon, stored } from './changes.ts'
import { contractTest, type Holds, type Skips } from './contract.ts'
import { deletedResources } from './deleted-resources.ts'
import { references } from './references.ts'

export interface StoreUnderTest {
  readonly store: ResourceStore
  close(): Promise<void>
}

const COMMITTED: CommitResult = { committed: true }

const versionConflict = (type: string, id: string): CommitResult => ({
  committed: false,
  conflict: { kind: 'version', type, id },
})

export function resourceStoreSuite(engine: string, open: () => Promise<StoreUnderTest>, skips?: Skips): void {
  describe(`${engine} as a resource store`, () => {
    const { holds, end } = contractTest(engine, skips)
    let opened: StoreUnderTest
    let store: ResourceStore
    beforeAll(async () => {
      opened = await open()
      store = opened.store
    })
    afterAll(() => opened.close())
    versions(holds, () => store)
    conflicts(holds, () => store)
    claims(holds, () => store)
    histories(holds, () => store)
    purges(holds, () => store)
    deletedResources(holds, () => store)
    references(holds, () => store)
    end()
  })
}

function versions(holds: Holds, store: () => ResourceStore): void {
  holds('reads what was committed, in the order asked, undefined where nothing is', async () => {
    const tenant = freshTenant()
    const patient = changeOf('Patient', '1', 1, {
      method: 'POST',
      body: '{"resourceType":"Patient","id":"1","name":[{"family":"Åsa 東京 😀"}]}',
      compartments: ['Patient/1'],
      securityLabels: ['http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R', '|a "quoted"\n label'],
    })
    const device = changeOf('Device', '1')
    expect(await store().commit(tenant, { changes: [patient, device], deadline: soon() })).toEqual(COMMITTED)
    const keys = [
      { type: 'Device', id: '1' },
      { type: 'Patient', id: 'none' },
      { type: 'Patient', id: '1', versionId: 1 },
      { type: 'Group', id: '1' },
      { type: 'Device', id: '1', versionId: 7 },
    ]
    const read = await store().readNewest(tenant, keys, soon())
    expect(read.map(plain)).toEqual([stored(device), undefined, stored(patient), undefined, stored(device)])
  })

  holds('keeps every version, and a tombstone as the newest one', async () => {
    const tenant = freshTenant()
    const labels = { compartments: ['Patient/1'], securityLabels: ['s|c'] }
    const changes = [
      changeOf('Patient', '1', 1, { method: 'POST' }),
      changeOf('Patient', '1', 2, { method: 'PATCH', ...labels }),
      deletionOf('Patient', '1', 3, labels),
      changeOf('Patient', '1', 4),
    ]
    for (const [index, change] of changes.entries()) {
      expect(await store().commit(tenant, { changes: [change], deadline: soon() })).toEqual(COMMITTED)
      const [newest] = await store().readNewest(tenant, [{ type: 'Patient', id: '1' }], soon())
      expect(plain(newest)).toEqual(stored(change))
      expect(await readAll(store(), tenant, 5)).toEqual(changes.slice(0, index + 1).map(stored))
    }
  })

  holds('keeps tenants apart', async () => {
    const [one, other] = [freshTenant(), freshTenant()]
    const mine = changeOf('Patient', '1')
    await store().commit(one, { changes: [mine], deadline: soon() })
    expect(await store().readNewest(other, [{ type: 'Patient', id: '1' }], soon())).toEqual([undefined])
    expect(await store().readVersion(other, { type: 'Patient', id: '1' }, 1, soon())).toBe(undefined)
    const theirs = changeOf('Patient', '1', 1, { body: '{"theirs":true}' })
    expect(await store().commit(other, { changes: [theirs], deadline: soon() })).toEqual(COMMITTED)
    const read = await Promise.all(
      [one, other].map(tenant => store().readNewest(tenant, [{ type: 'Patient', id: '1' }], soon())),
    )
    expect(read.flat().map(plain)).toEqual([stored(mine), stored(theirs)])
    expect((await store().history(one, { count: 10, deadline: soon() })).versions.map(plain)).toEqual([stored(mine)])
  })

  holds('keeps bodies of megabytes', async () => {
    const tenant = freshTenant()
    const change = changeOf('Binary', 'large', 1, { body: JSON.stringify({ data: 'é'.repeat(2_000_000) }) })
    await store().commit(tenant, { changes: [change], deadline: soon() })
    const [newest] = await store().readNewest(tenant, [{ type: 'Binary', id: 'large' }], soon())
    expect(plain(newest)).toEqual(stored(change))
  })

  holds('gives up what is past its deadline, and writes nothing', async () => {
    const tenant = freshTenant()
    const late = store().commit(tenant, { changes: [changeOf('Patient', '1')], deadline: Date.now() - 60_000 })
    const failure = await late.catch((error: unknown) => error)
    expect(Fault.is(failure) && failure.category).toBe('unavailable')
    expect(await store().readNewest(tenant, [{ type: 'Patient', id: '1' }], soon())).toEqual([undefined])
  })
}

/** Versions 1 to `upTo` of Patient/1, those that are there. */
async function readAll(store: ResourceStore, tenant: Tenant, upTo: number): Promise<unknown[]> {
  const numbers = Array.from({ length: upTo }, (_, index) => index + 1)
  const read = await Promise.all(
    numbers.map(number => store.readVersion(tenant, { type: 'Patient', id: '1' }, number, soon())),
  )
  return read.filter(version => version !== undefined).map(plain)
}

function conflicts(holds: Holds, store: () => ResourceStore): void {
  holds('answers a version that is not the next one with a conflict, and writes nothing of the commit', async () => {
    const tenant = freshTenant()
    await store().commit(tenant, { changes: [changeOf('Patient', 'a')], deadline: soon() })
    for (const versionId of [1, 3]) {
      const changes = [changeOf('Patient', 'b'), changeOf('Patient', 'a', versionId), changeOf('Patient', 'c')]
      const result = await store().commit(tenant, {
        changes,
        claims: [{ claim: 'condition', resource: { type: 'Patient', id: 'b' } }],
        deadline: soon(),
      })
      expect(result).toEqual(versionConflict('Patient', 'a'))
    }
    const keys = ['a', 'b', 'c'].map(id => ({ type: 'Patient', id }))
    const read = await store().readNewest(tenant, keys, soon())
    expect(read.map(version => version?.versionId)).toEqual([1, undefined, undefined])
    expect(await store().readClaim(tenant, 'condition', soon())).toBe(undefined)
    expect((await store().history(tenant, { count: 9, deadline: soon() })).versions).toHaveLength(1)
  })

  holds('refuses a first version that is not 1', async () => {
    const tenant = freshTenant()
    const result = await store().commit(tenant, { changes: [changeOf('Patient', '1', 2)], deadline: soon() })
    expect(result).toEqual(versionConflict('Patient', '1'))
  })

  holds('lets exactly one of many concurrent writers have each version', async () => {
    const tenant = freshTenant()
    const writers = 12
    const last = 8
    const won: number[][] = await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const mine: number[] = []
        for (let versionId = 1; versionId <= last; ) {
          const body = `{"writer":${writer}}`
          const change = changeOf('Patient', '1', versionId, { body })
          const result = await store().commit(tenant, { changes: [change], deadline: soon() })
          if (result.committed) mine.push(versionId)
          const [newest] = await store().readNewest(tenant, [{ type: 'Patient', id: '1' }], soon())
          versionId = (newest?.versionId ?? 0) + 1
        }
        return mine
      }),
    )
    expect(won.flat().sort((left, right) => left - right)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    )
    for (const [writer, versionIds] of won.entries()) {
      for (const versionId of versionIds) {
        const version = await store().readVersion(tenant, { type: 'Patient', id: '1' }, versionId, soon())
        expect(plain(version)).toMatchObject({ body: `{"writer":${writer}}` })
      }
    }
  })

  holds('lets commits of several resources through whole or not at all, in whatever order they race', async () => {
    const tenant = freshTenant()
    const ids = ['a', 'b', 'c', 'd']
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, writer) => {
        const turned = [...ids.slice(writer % 4), ...ids.slice(0, writer % 4)]
        const changes = turned.map(id => changeOf('Patient', id, 1, { body: `{"writer":${writer}}` }))
        return store().commit(tenant, { changes, deadline: soon() })
      }),
    )
    const winners = results.flatMap((result, writer) => (result.committed ? [writer] : []))
    expect(winners).toHaveLength(1)
    const read = await store().readNewest(
      tenant,
      ids.map(id => ({ type: 'Patient', id })),
      soon(),
    )
    const expected = ids.map(id => stored(changeOf('Patient', id, 1, { body: `{"writer":${winners[0]}}` })))
    expect(read.map(plain)).toEqual(expected)
  })
}

function claims(holds: Holds, store: () => ResourceStore): void {
  const write = (tenant: Tenant, id: string, replaces?: string) =>
    store().commit(tenant, {
      changes: [changeOf('Patient', id)],
      claims: [
        {
          claim: 'condition',
          resource: { type: 'Patient', id },
          ...(replaces !== undefined && { replaces: { type: 'Patient', id: replaces } }),
        },
      ],
      deadline: soon(),
    })

  holds('gives a claim to one, and says who holds it', async () => {
    const tenant = freshTenant()
    expect(await store().readClaim(tenant, 'condition', soon())).toBe(undefined)
    expect(await write(tenant, 'a')).toEqual(COMMITTED)
    const conflict = { kind: 'claim', claim: 'condition', resource: { type: 'Patient', id: 'a' } }
    expect(await write(tenant, 'b')).toEqual({ committed: false, conflict })
    expect(await write(tenant, 'c', 'other')).toEqual({ committed: false, conflict })
    expect(await store().readClaim(tenant, 'condition', soon())).toEqual({ type: 'Patient', id: 'a' })
    expect(await store().readClaim(freshTenant(), 'condition', soon())).toBe(undefined)
    const rest = [
      { type: 'Patient', id: 'b' },
      { type: 'Patient', id: 'c' },
    ]
    expect(await store().readNewest(tenant, rest, soon())).toEqual([undefined, undefined])
  })

  holds('hands a claim over to who names its holder', async () => {
    const tenant = freshTenant()
    await write(tenant, 'a')
    expect(await write(tenant, 'b', 'a')).toEqual(COMMITTED)
    expect(await store().readClaim(tenant, 'condition', soon())).toEqual({ type: 'Patient', id: 'b' })
  })

  holds('keeps any text that holds a claim, and its time or longer', async () => {
    const tenant = freshTenant()
    const resource = { type: '-', id: JSON.stringify({ text: 'é😀"\n'.repeat(150) }) }
    const claimed = (claim: string, id: string, expiresAt: number) =>
      store().commit(tenant, {
        changes: [changeOf('Patient', id)],
        claims: [{ claim, resource, expiresAt }],
        deadline: soon(),
      })
    expect(await claimed('lasting', 'a', soon())).toEqual(COMMITTED)
    expect(await claimed('past', 'b', Date.now() - 1000)).toEqual(COMMITTED)
    expect(await claimed('another', 'c', soon())).toEqual(COMMITTED)
    expect(await store().readClaim(tenant, 'lasting', soon())).toEqual(resource)
    expect([resource, undefined]).toContainEqual(await store().readClaim(tenant, 'past', soon()))
    const conflict = { kind: 'claim', claim: 'lasting', resource }
    expect(await claimed('lasting', 'd', soon())).toEqual({ committed: false, conflict })
  })

  holds('lets one of many concurrent claims through', async () => {
    const tenant = freshTenant()
    const results = await Promise.all(Array.from({ length: 12 }, (_, index) => write(tenant, `p${index}`)))
    const winners = results.flatMap((result, index) => (result.committed ? [`p${index}`] : []))
    expect(winners).toHaveLength(1)
    expect(await store().readClaim(tenant, 'condition', soon())).toEqual({ type: 'Patient', id: winners[0] })
    expect((await store().history(tenant, { count: 20, deadline: soon() })).versions).toHaveLength(1)
  })
}

function histories(holds: Holds, store: () => ResourceStore): void {
  const at = (minutes: number) => ({ lastUpdated: FIRST_WRITE + minutes * 60_000 })
  const changes = [
    changeOf('Patient', '1', 1, at(0)),
    changeOf('Device', '1', 1, at(1)),
    changeOf('Patient', '2', 1, at(1)),
    changeOf('Patient', '1', 2, at(2)),
    deletionOf('Patient', '2', 2, at(3)),
    changeOf('Device', '2', 1, at(4)),
  ]
  const newestFirst = changes.toReversed().map(stored)
  const named = (...indexes: number[]) => indexes.map(index => newestFirst[index])

  async function filled(): Promise<Tenant> {
    const tenant = freshTenant()
    for (const change of changes) await store().commit(tenant, { changes: [change], deadline: soon() })
    return tenant
  }

  async function pagesOf(tenant: Tenant, request: Partial<HistoryRequest>): Promise<unknown[][]> {
    const pages: unknown[][] = []
    let after: string | undefined
    do {
      const from = after === undefined ? {} : { after }
      const page = await store().history(tenant, { count: 2, deadline: soon(), ...request, ...from })
      pages.push(page.versions.map(plain))
      after = page.next
    } while (after !== undefined && pages.length < 10)
    return pages
  }

  holds('lists the versions of a tenant, a type and a resource newest first, page by page', async () => {
    const tenant = await filled()
    expect(await pagesOf(tenant, {})).toEqual([named(0, 1), named(2, 3), named(4, 5)])
    expect(await pagesOf(tenant, { count: 6 })).toEqual([newestFirst])
    expect(await pagesOf(tenant, { type: 'Patient' })).toEqual([named(1, 2), named(3, 5)])
    expect(await pagesOf(tenant, { type: 'Patient', id: '1', count: 1 })).toEqual([named(2), named(5)])
    expect(await pagesOf(tenant, { type: 'Patient', id: 'none' })).toEqual([[]])
    expect(await pagesOf(tenant, { type: 'Group' })).toEqual([[]])
    expect(await pagesOf(freshTenant(), {})).toEqual([[]])
  })

  holds('keeps to the times asked for, both ends included', async () => {
    const tenant = await filled()
    const since = FIRST_WRITE + 60_000
    const until = FIRST_WRITE + 180_000
    expect(await pagesOf(tenant, { since, until })).toEqual([named(1, 2), named(3, 4)])
    expect(await pagesOf(tenant, { since: until + 1 })).toEqual([named(0)])
    expect(await pagesOf(tenant, { type: 'Patient', until: since })).toEqual([named(3, 5)])
    expect(await pagesOf(tenant, { type: 'Patient', id: '2', since: since + 1 })).toEqual([named(1)])
  })

  holds('gives totals that are right where it gives them', async () => {
    const tenant = await filled()
    const totalOf = async (request: Partial<HistoryRequest>) =>
      (await store().history(tenant, { count: 1, deadline: soon(), ...request })).total
    expect([undefined, 6]).toContain(await totalOf({}))
    expect([undefined, 4]).toContain(await totalOf({ type: 'Patient' }))
    expect([undefined, 2]).toContain(await totalOf({ type: 'Patient', id: '1' }))
    expect([undefined, 3]).toContain(await totalOf({ since: FIRST_WRITE + 120_000 }))
    expect([undefined, 1]).toContain(await totalOf({ type: 'Patient', id: '1', since: FIRST_WRITE + 60_000 }))
  })

  holds('goes on where a page ended while newer versions are written', async () => {
    const tenant = await filled()
    const first = await store().history(tenant, { count: 4, deadline: soon() })
    await store().commit(tenant, { changes: [changeOf('Patient', '3', 1, at(9))], deadline: soon() })
    const second = await store().history(tenant, { count: 4, deadline: soon(), after: first.next ?? '' })
    expect(second.versions.map(plain)).toEqual(named(4, 5))
  })
}

function purges(holds: Holds, store: () => ResourceStore): void {
  const key = { type: 'Patient', id: '1' }
  const commit = async (tenant: Tenant, ...changes: readonly Change[]) => {
    for (const change of changes) await store().commit(tenant, { changes: [change], deadline: soon() })
  }
  const historyOf = async (tenant: Tenant, request: Partial<HistoryRequest>) => {
    const { versions, total } = await store().history(tenant, { count: 50, deadline: soon(), ...request })
    return { versions: versions.map(plain), total }
  }

  holds('purges what is below a tombstone, and goes on counting above it', async () => {
    const tenant = freshTenant()
    const other = changeOf('Patient', '2')
    const large = changeOf('Patient', '1', 2, { body: JSON.stringify({ text: 'x'.repeat(100_000) }) })
    const tombstone = deletionOf('Patient', '1', 3, { lastUpdated: FIRST_WRITE + 10 })
    await commit(tenant, changeOf('Patient', '1'), other, large, tombstone)
    expect(await store().purge(tenant, key, 3, soon())).toBe(true)
    expect(await readAll(store(), tenant, 4)).toEqual([stored(tombstone)])
    expect((await store().readNewest(tenant, [key], soon())).map(plain)).toEqual([stored(tombstone)])
    for (const request of [{}, { type: 'Patient' }]) {
      const { versions, total } = await historyOf(tenant, request)
      expect(versions).toEqual([stored(tombstone), stored(other)])
      expect(total === undefined || total === 2).toBe(true)
    }
    const instance = await historyOf(tenant, key)
    expect(instance.versions).toEqual([stored(tombstone)])
    expect(instance.total === undefined || instance.total === 1).toBe(true)
    expect(await store().purge(tenant, key, 3, soon())).toBe(true)
    const again = changeOf('Patient', '1', 4, { lastUpdated: FIRST_WRITE + 20 })
    expect(await store().commit(tenant, { changes: [changeOf('Patient', '1', 1)], deadline: soon() })).toEqual(
      versionConflict('Patient', '1'),
    )
    expect(await store().commit(tenant, { changes: [again], deadline: soon() })).toEqual(COMMITTED)
    expect(await readAll(store(), tenant, 5)).toEqual([stored(tombstone), stored(again)])
  })

  holds(
    'purges nothing where the newest version is another one, is no tombstone, or is of another tenant',
    async () => {
      const tenant = freshTenant()
      const [first, second] = [changeOf('Patient', '1', 1), changeOf('Patient', '1', 2)]
      await commit(tenant, first, second)
      expect(await store().purge(tenant, key, 2, soon())).toBe(false)
      expect(await store().purge(tenant, { type: 'Patient', id: 'none' }, 1, soon())).toBe(false)
      const tombstone = deletionOf('Patient', '1', 3)
      await commit(tenant, tombstone)
      expect(await store().purge(tenant, key, 2, soon())).toBe(false)
      expect(await store().purge(freshTenant(), key, 3, soon())).toBe(false)
      expect(await readAll(store(), tenant, 3)).toEqual([first, second, tombstone].map(stored))
    },
  )

  holds('purges many versions', async () => {
    const tenant = freshTenant()
    const changes = Array.from({ length: 130 }, (_, index) => changeOf('Patient', '1', index + 1))
    await commit(tenant, ...changes, deletionOf('Patient', '1', 131))
    expect(await store().purge(tenant, key, 131, soon())).toBe(true)
    expect(await readAll(store(), tenant, 131)).toEqual([stored(deletionOf('Patient', '1', 131))])
  })
}
