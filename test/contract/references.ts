/** What every ResourceStore does about references, where commits ask it to. */
import { expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import { type Fault, fault } from '#service/fault.ts'
import type { CommitResult, ResourceStore, Target } from '#service/ports/resource-store.ts'
import { changeOf, deletionOf, freshTenant, soon } from './changes.ts'
import type { Holds } from './contract.ts'

const COMMITTED: CommitResult = { committed: true }

const conflictAt = (type: string, id: string): CommitResult => ({
  committed: false,
  conflict: { kind: 'reference', type, id },
})

const patient = (id: string, versionId = 1): Target => ({ type: 'Patient', id, versionId })

const REFERRED = fault('conflict', 'Something refers to it')

/** In the contract an Observation refers to the Patient of whose id its own id begins: `p-1`. */
class Requests {
  readonly #store: ResourceStore
  readonly tenant: Tenant = freshTenant()

  constructor(store: ResourceStore) {
    this.#store = store
  }

  write(type: string, id: string, versionId = 1): Promise<CommitResult> {
    return this.#store.commit(this.tenant, { changes: [changeOf(type, id, versionId)], deadline: soon() })
  }

  refer(id: string, ...refersTo: readonly Target[]): Promise<CommitResult> {
    return this.#store.commit(this.tenant, { changes: [changeOf('Observation', id)], refersTo, deadline: soon() })
  }

  /** Of the Patient's version 2, unless one of these Observations is there. */
  delete(id: string, ...observations: readonly string[]): Promise<CommitResult> {
    const confirm = () => this.lookFor(observations)
    return this.#store.commit(this.tenant, { changes: [deletionOf('Patient', id, 2)], confirm, deadline: soon() })
  }

  async lookFor(observations: readonly string[]): Promise<Fault | undefined> {
    return (await this.live('Observation', ...observations)).length > 0 ? REFERRED : undefined
  }

  /** Those that are there. */
  async live(type: string, ...ids: readonly string[]): Promise<readonly string[]> {
    const keys = ids.map(id => ({ type, id }))
    const versions = await this.#store.readNewest(this.tenant, keys, soon())
    return versions.flatMap(version => (version && !version.deleted ? version.id : []))
  }
}

export function references(holds: Holds, store: () => ResourceStore): void {
  targets(holds, store)
  deletes(holds, store)
  races(holds, store)
}

function targets(holds: Holds, store: () => ResourceStore): void {
  holds('commits what refers to a resource that is there, whatever its newest version is', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'p')
    expect(await requests.refer('p-1', patient('p'))).toEqual(COMMITTED)
    await requests.write('Patient', 'p', 2)
    await requests.write('Patient', 'p', 3)
    expect(await requests.refer('p-2', patient('p', 1))).toEqual(COMMITTED)
    expect(await requests.live('Observation', 'p-1', 'p-2')).toEqual(['p-1', 'p-2'])
  })

  holds('writes nothing that refers to what has been deleted since it was seen', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'p')
    await requests.write('Patient', 'gone')
    expect(await requests.delete('gone')).toEqual(COMMITTED)
    expect(await requests.refer('p-1', patient('p'), patient('gone'))).toEqual(conflictAt('Patient', 'gone'))
    const claims = [{ claim: 'held', resource: { type: 'Observation', id: 'p-1' } }]
    const changes = [changeOf('Observation', 'p-1'), changeOf('Observation', 'p-2')]
    const request = { changes, claims, refersTo: [patient('gone')], deadline: soon() }
    expect(await store().commit(requests.tenant, request)).toEqual(conflictAt('Patient', 'gone'))
    expect(await requests.live('Observation', 'p-1', 'p-2')).toEqual([])
    expect(await store().readClaim(requests.tenant, 'held', soon())).toBe(undefined)
  })

  holds('takes what was deleted and is there again as there', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'p')
    await requests.delete('p')
    await requests.write('Patient', 'p', 3)
    expect(await requests.refer('p-1', patient('p', 1))).toEqual(COMMITTED)
  })

  holds('minds nothing that other tenants do', async () => {
    const requests = new Requests(store())
    const others = new Requests(store())
    for (const each of [requests, others]) await each.write('Patient', 'p')
    expect(await others.delete('p')).toEqual(COMMITTED)
    expect(await requests.refer('p-1', patient('p'))).toEqual(COMMITTED)
    expect(await requests.live('Patient', 'p')).toEqual(['p'])
  })

  holds('refers to many resources in one commit', async () => {
    const requests = new Requests(store())
    const ids = Array.from({ length: 130 }, (_, index) => `many-${index}`)
    const changes = ids.map(id => changeOf('Patient', id))
    expect(await store().commit(requests.tenant, { changes, deadline: soon() })).toEqual(COMMITTED)
    const all = ids.map(id => patient(id))
    expect(await requests.refer('many-ok', ...all)).toEqual(COMMITTED)
    expect(await requests.delete('many-99')).toEqual(COMMITTED)
    expect(await requests.refer('many-no', ...all)).toEqual(conflictAt('Patient', 'many-99'))
  })
}

function deletes(holds: Holds, store: () => ResourceStore): void {
  holds('deletes only what is confirmed, and leaves no trace of the attempt', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'p')
    await requests.refer('p-1', patient('p'))
    expect(await requests.delete('p', 'p-1')).toEqual({
      committed: false,
      conflict: { kind: 'unconfirmed', fault: REFERRED },
    })
    expect(await requests.live('Patient', 'p')).toEqual(['p'])
    expect(await requests.refer('p-2', patient('p'))).toEqual(COMMITTED)
    expect(await requests.write('Patient', 'p', 2)).toEqual(COMMITTED)
    const { versions } = await store().history(requests.tenant, { type: 'Patient', count: 9, deadline: soon() })
    expect(versions.map(({ versionId }) => versionId)).toEqual([2, 1])
  })

  holds('rejects with what the look for references fails with, and writes nothing', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'p')
    const failing = async () => Promise.reject(new Error('The index is away'))
    const request = { changes: [deletionOf('Patient', 'p', 2)], confirm: failing, deadline: soon() }
    await expect(store().commit(requests.tenant, request)).rejects.toThrow('The index is away')
    expect(await requests.live('Patient', 'p')).toEqual(['p'])
    expect(await requests.delete('p')).toEqual(COMMITTED)
  })

  holds('deletes what is referred to together with what refers to it', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'p')
    await requests.refer('p-1', patient('p'))
    const changes = [deletionOf('Patient', 'p', 2), deletionOf('Observation', 'p-1', 2)]
    const confirm = async () => undefined
    expect(await store().commit(requests.tenant, { changes, confirm, deadline: soon() })).toEqual(COMMITTED)
  })
}

function races(holds: Holds, store: () => ResourceStore): void {
  holds('lets a reference that comes after the look for it and the delete not both through', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'p')
    const answers: CommitResult[] = []
    const looked: string[] = []
    const confirm = async () => {
      const id = `p-${looked.length}`
      const found = await requests.lookFor(looked)
      looked.push(id)
      if (!found) answers.push(await requests.refer(id, patient('p')))
      return found
    }
    const request = { changes: [deletionOf('Patient', 'p', 2)], confirm, deadline: soon() }
    const { committed } = await store().commit(requests.tenant, request)
    const referring = await requests.live('Observation', ...looked)
    expect(answers.filter(answer => answer.committed)).toHaveLength(referring.length)
    expect(await requests.live('Patient', 'p')).toEqual(committed ? [] : ['p'])
    expect(committed && referring.length > 0).toBe(false)
    expect(committed || referring.length > 0).toBe(true)
  })

  holds('never leaves a reference to what is deleted, whoever comes first', async () => {
    const requests = new Requests(store())
    const rounds = Array.from({ length: 12 }, (_, index) => `p${index}`)
    const outcomes = await Promise.all(
      rounds.map(async id => {
        await requests.write('Patient', id)
        const observations = [1, 2, 3, 4, 5].map(number => `${id}-${number}`)
        const refer = (each: string) => requests.refer(each, patient(id), patient('shared'))
        const remove = () => requests.delete(id, ...observations)
        return { id, observations, refer, remove }
      }),
    )
    await requests.write('Patient', 'shared')
    const results = await Promise.all(
      outcomes.map(async ({ id, observations, refer, remove }) => {
        const [deleted, ...referred] = await Promise.all([remove(), ...observations.map(refer)])
        return { id, observations, deleted, referred }
      }),
    )
    for (const { id, observations, deleted, referred } of results) {
      const live = await requests.live('Observation', ...observations)
      expect(live).toEqual(observations.filter((_, index) => referred[index]?.committed))
      expect(await requests.live('Patient', id)).toEqual(deleted?.committed ? [] : [id])
      if (deleted?.committed) expect(live).toEqual([])
    }
  })

  holds('lets two that delete what the other refers to not both through', async () => {
    const requests = new Requests(store())
    await requests.write('Patient', 'a')
    await requests.write('Patient', 'b')
    const swap = (gone: string, kept: string) =>
      store().commit(requests.tenant, {
        changes: [deletionOf('Patient', gone, 2), changeOf('Observation', `${kept}-1`)],
        refersTo: [patient(kept)],
        confirm: () => requests.lookFor([`${gone}-1`]),
        deadline: soon(),
      })
    const [first, second] = await Promise.all([swap('a', 'b'), swap('b', 'a')])
    expect(first?.committed && second?.committed).toBe(false)
    for (const [committed, gone, kept] of [
      [first?.committed, 'a', 'b'],
      [second?.committed, 'b', 'a'],
    ] as const) {
      if (!committed) continue
      expect(await requests.live('Patient', 'a', 'b')).toEqual([kept])
      expect(await requests.live('Observation', `${kept}-1`, `${gone}-1`)).toEqual([`${kept}-1`])
    }
  })
}
