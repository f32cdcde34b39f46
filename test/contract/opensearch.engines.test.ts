import type { Change, ResourceStore } from '#service/ports/resource-store.ts'
import type { IndexableVersion } from '#service/ports/search-writer.ts'
import { memoryPorts } from '#test/support/memory-ports.ts'
import { type OpenSearchOptions, openSearchWorld } from '#test/support/opensearch-world.ts'
import { soon } from './changes.ts'
import { type IndexUnderTest, searchIndexSuite } from './search-index.suite.ts'

/** What is committed to the store is written to the index in the same breath; searches see it once it is refreshed. */
async function open(options: OpenSearchOptions): Promise<IndexUnderTest> {
  const { writer, index, close } = await openSearchWorld(options)
  const { store } = memoryPorts()
  const indexing: ResourceStore = {
    ...store,
    async commit(tenant, request) {
      const result = await store.commit(tenant, request)
      const unwritten = await writer.write(tenant, request.changes.map(indexable), request.deadline)
      if (unwritten.length > 0) throw new Error(`Not written: ${unwritten.map(({ cause }) => cause).join(', ')}`)
      return result
    },
  }
  return { store: indexing, index: index(), settle: () => writer.refresh(soon()), close }
}

const indexable = ({ type, id, versionId, lastUpdated, document, containedMax }: Change): IndexableVersion =>
  document ?? { type, id, versionId, lastUpdated, deleted: true, ...(containedMax !== undefined && { containedMax }) }

searchIndexSuite('OpenSearch', () => open({}))

searchIndexSuite('OpenSearch over three shards', () => open({ routing: 'resource', settings: { shards: 3 } }))
