import { expect, test } from 'vitest'
import { type MemoryPorts, TEST_TIME } from '#test/support/memory-ports.ts'
import { faultOf, oneFault, type TestWorld, testWorld, type WorldOptions } from '#test/support/test-world.ts'
import type { HistoryRequest, HistoryResult, Parameters } from '../fhir-service.ts'

/** Patient/a in versions 1 to 3 (the last a tombstone), a second apart, with Device/d written between 1 and 2. */
async function worldWithHistory(options: WorldOptions = {}): Promise<TestWorld> {
  const world = testWorld(options)
  const { service, call, ports } = world
  const put = async (type: string, id: string) => {
    await service.update(call, { type, id, content: { resourceType: type, id } })
    ports.clock.advance(1000)
  }
  await put('Patient', 'a')
  await put('Device', 'd')
  await put('Patient', 'a')
  await service.delete(call, { type: 'Patient', id: 'a' })
  return world
}

const summaryOf = ({ versions, creations, ...rest }: HistoryResult) => ({
  versions: versions.map(({ type, id, versionId, method, body }, position) => {
    const text = `${method} ${type}/${id} ${versionId}${body ? '' : ' without body'}`
    return creations.has(position) ? `${text} creates` : text
  }),
  ...rest,
})

const A3 = 'DELETE Patient/a 3 without body'
const [A2, A1, D1] = ['PUT Patient/a 2', 'PUT Patient/a 1 creates', 'PUT Device/d 1 creates']

test.each([
  ['an instance', { type: 'Patient', id: 'a' }, [A3, A2, A1]],
  ['a type', { type: 'Device' }, [D1]],
  ['the system', {}, [A3, A2, D1, A1]],
])('history of %s, newest first', async (_what, target: Omit<HistoryRequest, 'parameters'>, versions) => {
  const { service, call } = await worldWithHistory()
  expect(summaryOf(await service.history(call, { ...target, parameters: [['_format', 'json']] }))).toEqual({
    versions,
    total: versions.length,
    self: [],
    next: undefined,
  })
})

test('_since leaves older versions out', async () => {
  const { service, call } = await worldWithHistory()
  const since: Parameters = [['_since', '2024-02-29T13:00:02+01:00']]
  expect(summaryOf(await service.history(call, { parameters: since }))).toEqual({
    versions: [A3, A2],
    total: 2,
    self: since,
    next: undefined,
  })
})

test('pages hold every version once', async () => {
  const { service, call } = await worldWithHistory()
  const seen: string[] = []
  let parameters: Parameters | undefined = [['_count', '1']]
  while (parameters) {
    const page: HistoryResult = await service.history(call, { parameters })
    expect(page.self).toEqual(parameters)
    seen.push(...summaryOf(page).versions)
    parameters = page.next
  }
  expect(seen).toEqual([A3, A2, D1, A1])
})

test.each(['100', '1'])('a version after a tombstone creates, on whatever page that is: pages of %s', async count => {
  const { service, call } = await worldWithHistory()
  await service.update(call, { type: 'Patient', id: 'a', content: { resourceType: 'Patient', id: 'a' } })
  await service.update(call, { type: 'Patient', id: 'a', content: { resourceType: 'Patient', id: 'a' } })
  const seen: string[] = []
  let parameters: Parameters | undefined = [['_count', count]]
  while (parameters) {
    const page: HistoryResult = await service.history(call, { type: 'Patient', id: 'a', parameters })
    seen.push(...summaryOf(page).versions)
    parameters = page.next
  }
  expect(seen).toEqual(['PUT Patient/a 5', 'PUT Patient/a 4 creates', A3, A2, A1])
})

test("a '+' in _since that was not escaped is read as meant", async () => {
  const { service, call } = await worldWithHistory()
  const { self, versions } = await service.history(call, { parameters: [['_since', '2024-02-29T13:00:02 01:00']] })
  expect({ self, count: versions.length }).toEqual({ self: [['_since', '2024-02-29T13:00:02+01:00']], count: 2 })
})

test('a page is no larger than the limit, and its link says so', async () => {
  const { service, call } = await worldWithHistory({ limits: { pageSizeMax: 2 } })
  const { versions, self } = await service.history(call, { parameters: [['_count', '100']] })
  expect({ size: versions.length, self }).toEqual({ size: 2, self: [['_count', '2']] })
})

test('a page link is good for its own history only', async () => {
  const { service, call } = await worldWithHistory()
  const { next = [] } = await service.history(call, { type: 'Patient', id: 'a', parameters: [['_count', '1']] })
  const { category, issues } = await faultOf(service.history(call, { type: 'Device', id: 'd', parameters: next }))
  expect({ category, expression: issues[0]?.expression }).toEqual({ category: 'invalid', expression: ['_cursor'] })
})

test.each([
  [{ type: 'Patient', id: 'x', parameters: [] }, oneFault('not-found', 'not-found', 'There is no Patient/x')],
  [{ type: 'Patient', id: 'x_y', parameters: [] }, oneFault('not-found', 'not-found', 'There is no Patient/x_y')],
  [{ type: 'X', parameters: [] }, oneFault('not-found', 'not-supported', "FHIR R4 (4.0.1) has no resource type 'X'")],
  [
    { parameters: [['_count', '0']] },
    oneFault('invalid', 'value', "_count must be a positive whole number, not '0'", '_count'),
  ],
  [
    { parameters: [['_since', 'yesterday']] },
    oneFault('invalid', 'value', "_since must be an instant such as 2024-02-29T12:00:00Z, not 'yesterday'", '_since'),
  ],
  [
    { parameters: [['_when', '2024']] },
    oneFault('invalid', 'value', "History has no parameter '_when' here, but _count, _since and _at", '_when'),
  ],
])('%j is refused', async (request, expected) => {
  const { service, call } = await worldWithHistory()
  expect(await faultOf(service.history(call, request as HistoryRequest))).toEqual(expected)
})

test('every problem of the parameters is told', async () => {
  const { service, call } = await worldWithHistory()
  const parameters: Parameters = [
    ['_count', 'x'],
    ['_since', 'y'],
  ]
  const { issues } = await faultOf(service.history(call, { parameters }))
  expect(issues.map(({ expression }) => expression)).toEqual([['_count'], ['_since']])
})

test('versions have their time', async () => {
  const { service, call } = await worldWithHistory()
  const { versions } = await service.history(call, { type: 'Patient', id: 'a', parameters: [] })
  expect(versions.map(({ lastUpdated }) => lastUpdated - TEST_TIME)).toEqual([3000, 2000, 0])
})

test('a page link is good for a day', async () => {
  const { service, call, ports } = await worldWithHistory()
  const { next = [] } = await service.history(call, { parameters: [['_count', '1']] })
  ports.clock.advance(24 * 60 * 60 * 1000)
  expect(summaryOf(await service.history(call, { parameters: next })).versions).toEqual([A2])
  ports.clock.advance(1)
  expect(await faultOf(service.history(call, { parameters: next }))).toEqual(
    oneFault('gone', 'deleted', 'The page link has expired: start again at the first page.', '_cursor'),
  )
})

test.each([
  ['an instance', { type: 'Patient', id: 'p0' }],
  ['a type', { type: 'Patient' }],
  ['the system', {}],
] as const)('a page of %s asks the store as much wherever it is', async (_what, target) => {
  const calls: string[] = []
  const counted = (ports: MemoryPorts): MemoryPorts => ({
    ...ports,
    store: {
      ...ports.store,
      history: (tenant, request) => {
        calls.push(`history ${request.count}`)
        return ports.store.history(tenant, request)
      },
      readVersion: (...parameters) => {
        calls.push('readVersion')
        return ports.store.readVersion(...parameters)
      },
      readNewest: (...parameters) => {
        calls.push('readNewest')
        return ports.store.readNewest(...parameters)
      },
    },
  })
  const { service, call, ports } = testWorld({ wrap: counted })
  for (let version = 1; version <= 40; version++) {
    for (const id of ['p0', 'p1', 'p2']) {
      await service.update(call, { type: 'Patient', id, content: { resourceType: 'Patient', id } })
      ports.clock.advance(1)
    }
  }
  const pages: string[][] = []
  let parameters: Parameters | undefined = [['_count', '6']]
  while (parameters) {
    calls.length = 0
    const page: HistoryResult = await service.history(call, { ...target, parameters })
    pages.push([...calls])
    parameters = page.next
  }
  // The last one ends where resources begin: there is nothing before them to ask for.
  const [first = [], ...others] = pages.slice(0, -1)
  expect(pages.length).toBeGreaterThan(5)
  expect(first.length).toBeLessThanOrEqual(4)
  for (const page of others) expect(page).toEqual(first)
})
