import { expect, test } from 'vitest'
import { changeOf, deletionOf } from '#test/contract/changes.ts'
import { memoryPorts } from '#test/support/memory-ports.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { testCall } from '#test/support/test-call.ts'
import { currentTestDefinitions, faultOf, oneFault } from '#test/support/test-world.ts'
import type { SearchRequest, SomeRequest } from '../ports/search-index.ts'
import type { IndexableVersion, UnwrittenVersion } from '../ports/search-writer.ts'
import type { MarkedWrite } from '../ports/write-markers.ts'
import type { Node, ScopedQuery } from '../search/ast.ts'
import { ConsistentIndex } from './consistent-index.ts'

const { tenant, deadline } = testCall()

const search = (type: string, where: Node, consistent = true): SearchRequest => ({
  query: { type, where } as ScopedQuery,
  sort: [],
  count: 10,
  total: 'none',
  deadline,
  ...(consistent && { consistent }),
})

interface World {
  readonly marked?: readonly MarkedWrite[]
  readonly complete?: boolean
  readonly unwritten?: readonly UnwrittenVersion[]
}

/** Patient/1 in its second version, Patient/2 deleted in its second, Group/1 in its first. */
async function world({ marked = [], complete = true, unwritten = [] }: World) {
  const { store } = memoryPorts()
  const changes = [changeOf('Patient', '1'), changeOf('Patient', '2'), changeOf('Group', '1')]
  const later = [changeOf('Patient', '1', 2), deletionOf('Patient', '2', 2)]
  for (const some of [changes, later]) await store.commit(tenant, { changes: some, deadline })
  const written: string[][] = []
  const searched: SearchRequest[] = []
  const asked: SomeRequest[] = []
  const times = { looked: 0, refreshed: 0 }
  const index = new ConsistentIndex({
    store,
    definitions: currentTestDefinitions,
    markers: {
      async unindexed(_tenant, limit) {
        times.looked++
        return { writes: marked.slice(0, limit), complete }
      },
    },
    writer: {
      async write(_tenant, versions) {
        written.push(versions.map(described))
        return unwritten
      },
      async refresh() {
        times.refreshed++
      },
    },
    index: {
      async search(_tenant, request) {
        searched.push(request)
        return { hits: [], next: undefined, total: undefined }
      },
      async findSome(_tenant, request) {
        asked.push(request)
        return [{ type: 'Group', id: '1', versionId: 1 }]
      },
    },
  })
  return { index, written, searched, asked, times }
}

const described = (version: IndexableVersion): string =>
  `${version.type}/${version.id} ${version.versionId}${'deleted' in version ? ' deleted' : ''}`

const TYPES = ['Patient', 'Group', 'Device', 'Observation']
const EVERYTHING: Node = { kind: 'everything' }
const mark = (type: string, id: string, versionId: number): MarkedWrite => ({ type, id, versionId })

const BEHIND =
  'The search index is too far behind to hold every write by now: try again later, or without Cache-Control: no-cache.'

test('indexes the newest version of each marked resource, then searches', async () => {
  const marked = [mark('Patient', '1', 2), mark('Patient', '1', 1), mark('Patient', '2', 2), mark('Patient', '9', 1)]
  const { index, written, searched, times } = await world({ marked })
  await index.search(tenant, search('Patient', EVERYTHING))
  expect([written, times]).toEqual([[['Patient/1 2', 'Patient/2 2 deleted']], { looked: 1, refreshed: 1 }])
  // It has been refreshed by then.
  expect(searched).toEqual([search('Patient', EVERYTHING, false)])
})

test('looks at no markers where the search does not ask for it', async () => {
  const { index, written, searched, times } = await world({ marked: [mark('Patient', '1', 2)], complete: false })
  const request = search('Patient', EVERYTHING, false)
  await index.search(tenant, request)
  expect([written, searched, times]).toEqual([[], [request], { looked: 0, refreshed: 0 }])
})

test('searches of many types at the same moment look at the markers once, and refresh once', async () => {
  const { index, searched, times } = await world({ marked: [mark('Encounter', '1', 1)] })
  const searches = () => Promise.all(TYPES.map(type => index.search(tenant, search(type, EVERYTHING))))
  await searches()
  expect([times, searched.length]).toEqual([{ looked: 1, refreshed: 1 }, TYPES.length])
  await searches()
  expect(times).toEqual({ looked: 2, refreshed: 2 })
})

test('no search takes part in what another request has looked for', async () => {
  const { index, times } = await world({})
  const request = search('Patient', EVERYTHING)
  await Promise.all([index.search(tenant, request), index.search(tenant, { ...request, deadline: deadline + 1 })])
  expect(times).toEqual({ looked: 2, refreshed: 2 })
})

test('indexes the types that the search looks at, through joins too', async () => {
  const marked = [mark('Patient', '1', 2), mark('Group', '1', 1)]
  const parameter = searchParameter('Group', 'member')
  const chain: Node = { kind: 'chain', parameter, query: { type: 'Patient', where: EVERYTHING } }
  const groups = await world({ marked })
  await groups.index.search(tenant, search('Group', EVERYTHING))
  expect(groups.written).toEqual([['Group/1 1']])
  const joined = await world({ marked })
  await joined.index.search(tenant, search('Group', { kind: 'and', nodes: [{ kind: 'not', node: chain }] }))
  expect(joined.written).toEqual([['Patient/1 2', 'Group/1 1']])
  // Anything may contain what is looked for.
  const contained = await world({ marked })
  await contained.index.search(tenant, search('#Device', EVERYTHING))
  expect(contained.written).toEqual([['Patient/1 2', 'Group/1 1']])
  const others = await world({ marked })
  await others.index.search(tenant, search('Device', EVERYTHING))
  expect([others.written, others.searched.length]).toEqual([[], 1])
})

test('indexes what references lead to by which the search sorts', async () => {
  const marked = [mark('Patient', '1', 2), mark('Group', '1', 1)]
  const { index, written } = await world({ marked })
  const parameter = searchParameter('Observation', 'subject')
  const through = { parameter, query: { type: 'Patient', where: EVERYTHING } as ScopedQuery }
  const sort = [{ parameter: searchParameter('Patient', 'birthdate'), descending: false, through }]
  await index.search(tenant, { ...search('Observation', EVERYTHING), sort } as SearchRequest)
  expect(written).toEqual([['Patient/1 2']])
})

test('asked of several types at once, indexes what is marked of them', async () => {
  const marked = [mark('Patient', '1', 2), mark('Group', '1', 1), mark('Patient', '2', 2)]
  const { index, written, asked } = await world({ marked })
  const queries = ['Device', 'Group'].map(type => search(type, EVERYTHING).query)
  const request = { queries, count: 3, deadline }
  expect(await index.findSome(tenant, request)).toEqual([{ type: 'Group', id: '1', versionId: 1 }])
  expect([written, asked]).toEqual([[['Group/1 1']], [request]])
})

test('is not available where it cannot promise to see everything', async () => {
  const far = await world({ complete: false })
  expect(await faultOf(far.index.search(tenant, search('Patient', EVERYTHING)))).toEqual(
    oneFault('unavailable', 'transient', BEHIND),
  )
  const refused = await world({
    marked: [mark('Patient', '1', 2)],
    unwritten: [{ position: 0, kind: 'rejected', cause: 'mapper_parsing_exception' }],
  })
  expect(await faultOf(refused.index.search(tenant, search('Patient', EVERYTHING)))).toEqual(
    oneFault('unavailable', 'transient', BEHIND),
  )
  expect([far.searched, refused.searched]).toEqual([[], []])
})

test('brings in many writes by parts', async () => {
  const marked = Array.from({ length: 250 }, (_, id) => mark('Patient', id === 0 ? '1' : `none-${id}`, 1))
  const { index, written } = await world({ marked })
  await index.search(tenant, search('Patient', EVERYTHING))
  expect(written).toEqual([['Patient/1 2'], [], []])
})
