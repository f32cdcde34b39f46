/** Each search parameter of each type finds the resource that has what is sought, and no other: in memory and SQL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openReader, openWriter, prepareFolder } from '#adapters/embedded/database.ts'
import { DictionaryReader } from '#adapters/embedded/dictionary-reader.ts'
import { QUICK_LIMITS } from '#adapters/embedded/search/compile-context.ts'
import { Searcher } from '#adapters/embedded/search/searcher.ts'
import { encodeCommit } from '#adapters/embedded/wire.ts'
import { Writer } from '#adapters/embedded/writer.ts'
import { tenantOf } from '#service/call.ts'
import { changeOf } from '#test/contract/changes.ts'
import { parameterPairs, searchPairs } from '#test/support/parameter-pairs.ts'
import { PARAMETERS_WITHOUT_VALUES } from '#test/support/parameters-without-values.ts'
import { DEFINITIONS } from '#test/support/search-parameter.ts'

const { pairs, without } = parameterPairs(DEFINITIONS)

test('every parameter has a pair, but for those on the list, which may only shrink', () => {
  expect(without).toEqual(Object.keys(PARAMETERS_WITHOUT_VALUES))
  expect(pairs.length).toBeGreaterThan(2_400)
})

test('in memory, and in SQL', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'every-parameter-'))
  prepareFolder(folder)
  const database = openWriter(folder)
  const reader = openReader(folder)
  try {
    const tenant = tenantOf('test')
    const writer = new Writer(database)
    for (const { matching, others } of pairs) {
      const changes = [matching, ...others].map(document =>
        changeOf(document.type, document.id, 1, {
          lastUpdated: document.lastUpdated,
          compartments: document.compartments,
          document,
        }),
      )
      expect(writer.writeGroup([encodeCommit(tenant, { changes, deadline: 0 }, 0)], () => 0)).toEqual([
        { committed: true },
      ])
    }
    const searcher = new Searcher(reader, new DictionaryReader(reader))
    const wrong = await searchPairs(DEFINITIONS, pairs, async query => {
      const request = { query, sort: [], count: 10_000, total: 'none', deadline: 0 } as const
      return searcher.search(tenant, request, 10_000, QUICK_LIMITS).hits.map(({ id }) => id)
    })
    expect(wrong).toEqual([])
  } finally {
    database.close()
    reader.close()
    rmSync(folder, { recursive: true })
  }
})
