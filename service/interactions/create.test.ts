import { expect, test } from 'vitest'
import { blindIndex, TEST_TIME } from '#test/support/memory-ports.ts'
import { faultOf, jsonOf, oneFault, testDefinitions, testWorld } from '#test/support/test-world.ts'
import type { CommitResult } from '../ports/resource-store.ts'
import { extract } from '../search/extract.ts'

const patient = (value: string, more = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 's', value }],
  ...more,
})

test('a create writes version 1 under a new id, whatever id the content has', async () => {
  const { service, call, ports } = testWorld()
  const security = [{ system: 'urn:labels', code: 'r' }, { code: 'bare' }]
  const content = patient('1', { id: 'mine', meta: { versionId: '9', security, tag: [{ code: 't' }] } })
  const { kind, version } = await service.create(call, { type: 'Patient', content })
  const written = {
    resourceType: 'Patient',
    id: 'id-1',
    meta: { versionId: '1', lastUpdated: '2024-02-29T12:00:00.000Z', security, tag: [{ code: 't' }] },
    identifier: [{ system: 's', value: '1' }],
  }
  expect({ kind, body: jsonOf(version.body), content: version.content() }).toEqual({
    kind: 'created',
    body: written,
    content: written,
  })
  const [change] = ports.changes
  expect({ ...change, body: JSON.parse(change?.body ?? '') }).toEqual({
    type: 'Patient',
    id: 'id-1',
    versionId: 1,
    lastUpdated: TEST_TIME,
    method: 'POST',
    body: written,
    compartments: ['Patient/id-1'],
    securityLabels: ['urn:labels|r', '|bare'],
    provenance: { author: 'tester', door: 'rest', requestId: 'request-1' },
    document: extract(testDefinitions.for(call.tenant), written, {
      versionId: 1,
      lastUpdated: TEST_TIME,
      baseUrl: call.baseUrl,
    }),
  })
})

test('every issue of the content is told, and nothing is written', async () => {
  const { service, call, ports } = testWorld()
  const content = { resourceType: 'Patient', gender: 'x', birthDate: '1970-13' }
  const { category, issues } = await faultOf(service.create(call, { type: 'Patient', content }))
  expect({ category, expressions: issues.flatMap(({ expression }) => expression) }).toEqual({
    category: 'unprocessable',
    expressions: ['Patient.gender', 'Patient.birthDate'],
  })
  expect(ports.changes).toEqual([])
})

test('content of another type is invalid', async () => {
  const { service, call } = testWorld()
  const { category } = await faultOf(service.create(call, { type: 'Patient', content: { resourceType: 'Device' } }))
  expect(category).toBe('invalid')
})

test('ifNoneExist: none creates, one is the answer, several fail', async () => {
  const { service, call, ports } = testWorld()
  const create = () => service.create(call, { type: 'Patient', content: patient('1'), ifNoneExist: 'identifier=s|1' })
  expect((await create()).kind).toBe('created')
  const { kind, version } = await create()
  expect({ kind, id: version.id, versionId: version.versionId }).toEqual({
    kind: 'unchanged',
    id: 'id-1',
    versionId: 1,
  })
  await service.create(call, { type: 'Patient', content: patient('1') })
  expect(await faultOf(create())).toEqual(
    oneFault(
      'precondition-failed',
      'multiple-matches',
      "The condition 'Patient?identifier=s|1' matches more than one resource",
    ),
  )
  expect(ports.changes).toHaveLength(2)
})

test.each(['?', '_count=1', '_sort=_id'])("ifNoneExist '%s' restricts nothing and is refused", async ifNoneExist => {
  const { service, call } = testWorld()
  const creation = service.create(call, { type: 'Patient', content: patient('1'), ifNoneExist })
  expect(await faultOf(creation)).toEqual(
    oneFault('invalid', 'value', `The condition '${ifNoneExist}' has no search criteria`),
  )
})

test('ifNoneExist with an unknown parameter is refused', async () => {
  const { service, call, ports } = testWorld()
  const creation = service.create(call, { type: 'Patient', content: patient('1'), ifNoneExist: 'identifierr=1' })
  expect((await faultOf(creation)).category).toBe('invalid')
  expect(ports.changes).toEqual([])
})

test.each([
  ['with an index that has each commit at once', 'on-commit'],
  ['with an index that sees nothing yet', 'blind'],
])('fifty at once %s leave one resource', async (_what, indexing) => {
  const { service, call, ports } = testWorld({
    wrap: ports => (indexing === 'blind' ? { ...ports, index: blindIndex } : ports),
  })
  const condition = ['identifier=s|1&active=true', 'active=true&identifier=s|1']
  const content = patient('1', { active: true })
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      service.create(call, { type: 'Patient', content, ifNoneExist: condition[index % 2] ?? '' }),
    ),
  )
  const winner = results.find(({ kind }) => kind === 'created')?.version.id
  expect(Object.groupBy(results, ({ kind }) => kind).unchanged).toHaveLength(49)
  expect(new Set(results.map(({ version }) => version.id))).toEqual(new Set([winner]))
  expect(ports.changes.map(({ id }) => id)).toEqual([winner])
})

test('a claim in vain is taken over: its resource has changed, or is deleted', async () => {
  const { service, call, ports } = testWorld()
  const create = () => service.create(call, { type: 'Patient', content: patient('1'), ifNoneExist: 'identifier=s|1' })
  const first = await create()
  const { id } = first.version
  await service.update(call, { type: 'Patient', id, content: patient('2', { id }) })
  const second = await create()
  expect(second.kind).toBe('created')
  await service.delete(call, { type: 'Patient', id: second.version.id })
  const third = await create()
  expect(third.kind).toBe('created')
  expect((await create()).version.id).toBe(third.version.id)
  expect(new Set(ports.changes.map(change => change.id)).size).toBe(3)
})

test('a store that does not say who holds the claim is asked', async () => {
  const { service, call, ports } = testWorld({
    wrap: ports => ({
      ...ports,
      index: blindIndex,
      store: { ...ports.store, commit: async (...request) => silent(await ports.store.commit(...request)) },
    }),
  })
  const create = () => service.create(call, { type: 'Patient', content: patient('1'), ifNoneExist: 'identifier=s|1' })
  await create()
  expect((await create()).kind).toBe('unchanged')
  expect(ports.changes).toHaveLength(1)
})

const silent = (result: CommitResult): CommitResult =>
  result.committed || result.conflict.kind !== 'claim'
    ? result
    : { committed: false, conflict: { ...result.conflict, resource: undefined } }

test('a claim that keeps moving ends in a conflict', async () => {
  const { service, call } = testWorld({
    wrap: ports => ({
      ...ports,
      store: {
        ...ports.store,
        commit: async () => ({
          committed: false,
          conflict: { kind: 'claim', claim: 'c', resource: { type: 'Patient', id: 'x' } },
        }),
      },
    }),
  })
  const creation = service.create(call, { type: 'Patient', content: patient('1'), ifNoneExist: 'identifier=s|1' })
  expect(await faultOf(creation)).toEqual(
    oneFault(
      'conflict',
      'conflict',
      "Others create for the condition 'Patient?identifier=s|1' at the same time: try again",
    ),
  )
})
