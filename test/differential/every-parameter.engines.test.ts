/** Each search parameter of each type finds the resource that has what is sought, and no other, in OpenSearch. */
import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { openSearchWorld } from '#test/support/opensearch-world.ts'
import { parameterPairs, searchPairs } from '#test/support/parameter-pairs.ts'
import { DEFINITIONS } from '#test/support/search-parameter.ts'

const WRITTEN_AT_ONCE = 500

const soon = (): number => Date.now() + 60_000

test('in OpenSearch', { timeout: 600_000 }, async () => {
  const { pairs } = parameterPairs(DEFINITIONS)
  const tenant = tenantOf('pairs')
  const world = await openSearchWorld()
  try {
    const documents = pairs.flatMap(({ matching, others }) => [matching, ...others])
    for (let start = 0; start < documents.length; start += WRITTEN_AT_ONCE) {
      expect(await world.writer.write(tenant, documents.slice(start, start + WRITTEN_AT_ONCE), soon())).toEqual([])
    }
    await world.writer.refresh(soon())
    const index = world.index()
    const wrong = await searchPairs(DEFINITIONS, pairs, async query => {
      const request = { query, sort: [], count: 1_000, total: 'none', deadline: soon() } as const
      return (await index.search(tenant, request)).hits.map(({ id }) => id)
    })
    expect(wrong).toEqual([])
  } finally {
    await world.close()
  }
})
