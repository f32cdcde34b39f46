/** A search that must see every write does, while no index worker runs. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConsistentIndex } from '#service/index.ts'
import type { ResourceStore } from '#service/ports/resource-store.ts'
import type { SearchIndex } from '#service/ports/search-index.ts'
import type { MarkedWrite, WriteMarkers } from '#service/ports/write-markers.ts'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import { changeOf, deletionOf, freshTenant, soon } from '#test/contract/changes.ts'
import { memoryPorts } from '#test/support/memory-ports.ts'
import { type OpenSearchWorld, openSearchWorld } from '#test/support/opensearch-world.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { currentTestDefinitions } from '#test/support/test-world.ts'

let world: OpenSearchWorld

beforeAll(async () => {
  world = await openSearchWorld()
})

afterAll(() => world.close())

/** A store that marks what it commits, and an index that nobody else writes to. */
function gateway(): { readonly store: ResourceStore; readonly index: SearchIndex; readonly marked: MarkedWrite[] } {
  const { store } = memoryPorts()
  const marked: MarkedWrite[] = []
  const marking: ResourceStore = {
    ...store,
    async commit(tenant, request) {
      marked.push(...request.changes.map(({ type, id, versionId }) => ({ type, id, versionId })))
      return store.commit(tenant, request)
    },
  }
  const markers: WriteMarkers = { unindexed: async () => ({ writes: [...marked], complete: true }) }
  const parts = { index: world.index(), writer: world.writer, store, markers, definitions: currentTestDefinitions }
  return { store: marking, index: new ConsistentIndex(parts), marked }
}

const patient = (id: string, family: string, versionId = 1) =>
  changeOf('Patient', id, versionId, { body: JSON.stringify({ resourceType: 'Patient', id, name: [{ family }] }) })

const observation = (id: string, subject: string) =>
  changeOf('Observation', id, 1, {
    body: JSON.stringify({ resourceType: 'Observation', id, subject: { reference: `Patient/${subject}` } }),
  })

const named = (value: string): Node => ({
  kind: 'string',
  parameter: searchParameter('Patient', 'family'),
  mode: 'starts',
  value,
})

test('sees what was created, changed, deleted and revived, through joins too', async () => {
  const { store, index, marked } = gateway()
  const tenant = freshTenant()
  const commit = async (...changes: ReturnType<typeof patient>[]) => {
    expect(await store.commit(tenant, { changes, deadline: soon() })).toEqual({ committed: true })
  }
  const find = async (type: string, where: Node, consistent: boolean) => {
    const query = { type, where } as ScopedQuery
    const request = { query, sort: [], count: 10, total: 'accurate', deadline: soon(), consistent } as const
    const { hits, total } = await index.search(tenant, request)
    return [hits.map(({ id, versionId }) => `${id} ${versionId}`), total]
  }
  const ofSmith: Node = {
    kind: 'chain',
    parameter: searchParameter('Observation', 'subject'),
    query: { type: 'Patient', where: named('smith') },
  }
  await commit(patient('1', 'Smith'), patient('2', 'Smithers'), patient('3', 'Jones'))
  await commit(observation('a', '1'), observation('b', '3'))
  expect(await find('Patient', named('smith'), false)).toEqual([[], 0])
  expect(await find('Patient', named('smith'), true)).toEqual([['1 1', '2 1'], 2])
  expect(await find('Observation', ofSmith, true)).toEqual([['a 1'], 1])
  await commit(patient('3', 'Smith', 2), deletionOf('Patient', '1', 2))
  expect(await find('Observation', ofSmith, true)).toEqual([['b 1'], 1])
  expect(await find('Patient', named('smith'), true)).toEqual([['2 1', '3 2'], 2])
  await commit(patient('1', 'Smith', 3))
  expect(await find('Patient', named('smith'), true)).toEqual([['1 3', '2 1', '3 2'], 3])
  // The worker comes by after all, with what is long past.
  await world.writer.write(tenant, [{ type: 'Patient', id: '1', versionId: 2, lastUpdated: 0, deleted: true }], soon())
  marked.length = 0
  expect(await find('Patient', named('smith'), true)).toEqual([['1 3', '2 1', '3 2'], 3])
})
