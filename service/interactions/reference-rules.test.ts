import { describe, expect, test } from 'vitest'
import type { MemoryObjects } from '#test/support/memory-objects.ts'
import { testCall } from '#test/support/test-call.ts'
import { faultOf, oneFault, type TestWorld, testWorld } from '#test/support/test-world.ts'
import { type AccessPolicy, ALLOW_ALL } from '../access/policy.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import type { CommitRequest, ResourceStore } from '../ports/resource-store.ts'

const ADMIN = testCall({ caller: { subject: 'admin' } })
const GUEST = testCall({ caller: { subject: 'guest' } })

const HIDING: AccessPolicy = {
  ...ALLOW_ALL,
  visible: (call, type) =>
    type === 'Observation' && call.caller.subject === 'guest'
      ? { kind: 'not', node: { kind: 'id', ids: ['hidden'] } }
      : { kind: 'everything' },
}

const rules = { referenceIntegrity: 'enforced' } as const
const patient = { resourceType: 'Patient', id: 'p' }
const observation = (id: string) => ({
  ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p' } },
})

test('what is hidden holds no deletion up, and is not named, even where the index has yet to learn of it', async () => {
  const { service } = testWorld({
    policy: HIDING,
    rules,
    wrap: ports => ({
      ...ports,
      index: {
        ...ports.index,
        search: async (tenant, request) =>
          request.query.type === 'Observation'
            ? {
                hits: ['hidden'].map(id => ({ type: 'Observation', id, versionId: 1 })),
                total: undefined,
                next: undefined,
              }
            : ports.index.search(tenant, request),
      },
    }),
  })
  await service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
  await service.update(ADMIN, { type: 'Observation', id: 'hidden', content: observation('hidden') })
  const { version } = await service.delete(GUEST, { type: 'Patient', id: 'p' })
  expect(version?.versionId).toBe(2)
})

test('a deletion is held up by what is there, whatever has been deleted beside it', async () => {
  const { service } = testWorld({ policy: HIDING, rules })
  await service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
  for (const id of ['a', 'b']) {
    await service.update(ADMIN, { type: 'Observation', id, content: observation(id) })
  }
  await service.delete(ADMIN, { type: 'Observation', id: 'a' })
  const { category } = await faultOf(service.delete(GUEST, { type: 'Patient', id: 'p' }))
  expect(category).toBe('conflict')
})

test('of the searches for references the first sees every write, before any other is asked', async () => {
  const asked: unknown[] = []
  const { service } = testWorld({
    rules,
    wrap: ports => ({
      ...ports,
      index: {
        async search(tenant, request) {
          asked.push(request.consistent)
          const { length } = asked
          const page = await ports.index.search(tenant, request)
          if (length === 1) expect(asked).toHaveLength(1)
          return page
        },
      },
    }),
  })
  await service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
  await service.delete(ADMIN, { type: 'Patient', id: 'p' })
  expect(asked.length).toBeGreaterThan(50)
  expect(asked).toEqual(['with all after it', ...Array.from({ length: asked.length - 1 }, () => false)])
})

test('a reference to what is hidden is refused as one to nothing', async () => {
  const { service } = testWorld({ policy: HIDING, rules })
  await service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
  await service.update(ADMIN, { type: 'Observation', id: 'hidden', content: observation('hidden') })
  for (const id of ['hidden', 'nothing']) {
    const content = { ...observation('new'), hasMember: [{ reference: `Observation/${id}` }] }
    const refused = faultOf(service.update(GUEST, { type: 'Observation', id: 'new', content }))
    expect(await refused).toEqual(
      oneFault(
        'unprocessable',
        'not-found',
        `The reference 'Observation/${id}' leads to no resource of this server`,
        'Observation.hasMember[0]',
      ),
    )
  }
})

describe('where others delete and refer at the same time', () => {
  type Commit = ResourceStore['commit']

  /** A world whose store says so often that a race for a reference is lost. */
  const losing = (times: number) => {
    let lost = 0
    const world = testWorld({
      rules,
      wrap: ports => {
        const commit: Commit = async (tenant, request) =>
          (request.refersTo || request.confirm) && ++lost <= times
            ? { committed: false, conflict: { kind: 'reference', type: 'Patient', id: 'p' } }
            : ports.store.commit(tenant, request)
        return { ...ports, store: { ...ports.store, commit } }
      },
    })
    return { ...world, attempts: () => lost }
  }
  const contended = oneFault(
    'conflict',
    'conflict',
    'Others delete Patient/p, or refer to it, at this moment: try again',
  )

  test.each([
    ['create', ({ service }: TestWorld) => service.create(ADMIN, { type: 'Observation', content: observation('o') })],
    ['delete', ({ service }: TestWorld) => service.delete(ADMIN, { type: 'Patient', id: 'p' })],
    [
      'conditional delete',
      ({ service }: TestWorld) => service.conditionalDelete(ADMIN, { type: 'Patient', condition: '_id=p' }),
    ],
  ] as const)('a %s looks again, and gives up in the end', async (_name, write) => {
    for (const times of [1, DEFAULT_LIMITS.writeAttemptsMax]) {
      const world = losing(times)
      await world.service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
      if (times === 1) await write(world)
      else expect(await faultOf(write(world))).toEqual(contended)
      expect(world.attempts()).toBe(times === 1 ? 2 : times)
      if (times === 1) expect(world.ports.changes).toHaveLength(2)
    }
  })

  test('what the client gave along is taken away where it comes to nothing', async () => {
    const world = losing(DEFAULT_LIMITS.writeAttemptsMax)
    await world.service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
    const request = { contentType: 'image/png', bytes: new Uint8Array(20_000), securityContext: 'Patient/p' }
    expect(await faultOf(world.service.writeBinary(ADMIN, request))).toEqual(contended)
    expect((world.ports.objects as MemoryObjects).keys()).toEqual([])
  })

  test('whoever does not ask for it pays nothing: no commit names targets, and none asks', async () => {
    const requests: CommitRequest[] = []
    const { service } = testWorld({
      wrap: ports => {
        const commit: Commit = (tenant, request) => {
          requests.push(request)
          return ports.store.commit(tenant, request)
        }
        return { ...ports, store: { ...ports.store, commit } }
      },
    })
    await service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
    await service.create(ADMIN, { type: 'Observation', content: observation('o') })
    await service.delete(ADMIN, { type: 'Patient', id: 'p' })
    expect(requests.map(request => Object.keys(request).sort())).toEqual(
      Array.from({ length: 3 }, () => ['changes', 'deadline']),
    )
  })
})
