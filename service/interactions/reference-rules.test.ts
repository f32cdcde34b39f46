import { describe, expect, test } from 'vitest'
import type { MemoryObjects } from '#test/support/memory-objects.ts'
import { testCall } from '#test/support/test-call.ts'
import { faultOf, oneFault, type TestWorld, testWorld } from '#test/support/test-world.ts'
import { type AccessPolicy, ALLOW_ALL } from '../access/policy.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import type { CommitRequest, ResourceStore } from '../ports/resource-store.ts'
import type { SearchIndex, SomeRequest } from '../ports/search-index.ts'

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
const condition = { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/p' } }
const observation = (id: string) => ({
  ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p' } },
})

test('what is hidden holds no deletion up, and is not named, even where the index has yet to learn of it', async () => {
  const { service } = testWorld({
    policy: HIDING,
    rules,
    wrap: ports => ({
      ...ports,
      index: { ...ports.index, findSome: async () => [{ type: 'Observation', id: 'hidden', versionId: 1 }] },
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

describe('one question to the index', () => {
  /** A world that counts what its index is asked, and whose index may say something else. */
  const counting = (findSome?: SearchIndex['findSome']) => {
    const asked: SomeRequest[] = []
    const searched: string[] = []
    const world = testWorld({
      rules: { ...rules, conditionalDeleteMax: 300 },
      wrap: ports => ({
        ...ports,
        index: {
          search(tenant, request) {
            searched.push(request.query.type)
            return ports.index.search(tenant, request)
          },
          findSome(tenant, request) {
            asked.push(request)
            return findSome ? findSome(tenant, request) : ports.index.findSome(tenant, request)
          },
        },
      }),
    })
    return { ...world, asked, searched }
  }
  const patients = async ({ service }: TestWorld, count: number) => {
    const ids = Array.from({ length: count }, (_, index) => `p${index}`)
    for (const id of ids)
      await service.update(ADMIN, { type: 'Patient', id, content: { ...patient, id, active: true } })
  }
  const remove = ({ service }: TestWorld) =>
    service.conditionalDelete(ADMIN, { type: 'Patient', condition: 'active=true' })
  const about = (id: string, subject: string) => ({ ...observation(id), subject: { reference: subject } })

  test('is enough for all types, and for many resources', async () => {
    const one = counting()
    await one.service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
    await one.service.delete(ADMIN, { type: 'Patient', id: 'p' })
    expect(one.asked.map(({ queries }) => queries.length)).toEqual([70])
    expect(one.searched).toEqual([])
    const many = counting()
    await patients(many, 250)
    await remove(many)
    expect(many.asked.map(({ queries, count }) => [queries.length, count])).toEqual([
      [70, 251],
      [70, 251],
      [70, 251],
    ])
    expect(many.ports.changes.filter(({ body }) => body === undefined)).toHaveLength(250)
  })

  test('is followed by one about each where something was found, to say what', async () => {
    const world = counting()
    await patients(world, 3)
    await world.service.update(ADMIN, { type: 'Observation', id: 'o', content: about('o', 'Patient/p1') })
    const { category, issues } = await faultOf(remove(world))
    expect([category, issues[0]?.diagnostics]).toEqual([
      'conflict',
      'Patient/p1 can not be deleted: Observation/o refers to it (patient), and may not be left alone',
    ])
    expect(world.asked).toHaveLength(4)
  })

  test('is not enough where a full answer holds nothing that counts: then each type is gone through', async () => {
    // Of more resources than are asked for the index names some that are gone by now.
    const gone = (id: number) => ({ type: 'Observation', id: `gone-${id}`, versionId: 1 })
    const world = counting(async (_tenant, { count }) => Array.from({ length: count }, (_, id) => gone(id)))
    await world.service.update(ADMIN, { type: 'Patient', id: 'p', content: patient })
    await world.service.update(ADMIN, { type: 'Condition', id: 'c', content: condition })
    const { issues } = await faultOf(world.service.delete(ADMIN, { type: 'Patient', id: 'p' }))
    expect(issues[0]?.diagnostics).toBe(
      'Patient/p can not be deleted: Condition/c refers to it (patient), and may not be left alone',
    )
    await world.service.delete(ADMIN, { type: 'Condition', id: 'c' })
    await world.service.delete(ADMIN, { type: 'Patient', id: 'p' })
    expect(new Set(world.searched).size).toBe(70)
  })
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
