import { expect, test } from 'vitest'
import { testCall } from '#test/support/test-call.ts'
import { faultOf, oneFault, testWorld } from '#test/support/test-world.ts'
import { type AccessPolicy, ALLOW_ALL } from '../access/policy.ts'

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
