import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { StaleParameters } from '#service/ports/parameter-store.ts'
import { changeOf } from '#test/contract/changes.ts'
import { memoryDynamo } from '#test/support/memory-dynamo.ts'
import { faultOf } from '#test/support/test-world.ts'
import type { Table } from './table.ts'
import { TableError } from './table-error.ts'

const tenant = tenantOf('clinic')

/** Once for each token, the answer to what has been written is lost. */
function losingAnswers(table: Table): Table {
  const seen = new Set<string>()
  return {
    get: (key, deadline) => table.get(key, deadline),
    batchGet: (keys, deadline) => table.batchGet(keys, deadline),
    query: (query, deadline) => table.query(query, deadline),
    write: (write, deadline) => table.write(write, deadline),
    async transact(actions, token, deadline) {
      const outcome = await table.transact(actions, token, deadline)
      if (seen.has(token)) return outcome
      seen.add(token)
      throw new TableError('unclear', new Error('lost'))
    },
  }
}

test.each([
  ['in one request', 100],
  ['staged', 1],
])('a commit %s whose answers are lost changes the revision once', async (_how, transactActionsMax) => {
  const { store, clock } = memoryDynamo({ through: losingAnswers, settings: { transactActionsMax } })
  const deadline = clock.now() + 60_000
  const changes = ['a', 'b'].map(id => changeOf('SearchParameter', id, 1, { lastUpdated: clock.now() }))
  const commit = (revision: number, some = changes) =>
    store.commit(tenant, { changes: some, parameters: { revision, changed: true }, deadline })
  expect(await commit(0)).toEqual({ committed: true })
  expect(await store.ownParameters.revision(tenant, deadline)).toBe(1)
  const next = [changeOf('SearchParameter', 'a', 2, { lastUpdated: clock.now() })]
  await expect(commit(0, next)).rejects.toThrow(StaleParameters)
  expect(await commit(1, next)).toEqual({ committed: true })
  const { revision, versions } = await store.ownParameters.read(tenant, deadline)
  expect([revision, versions.map(({ id, versionId }) => `${id}/${versionId}`)]).toEqual([2, ['a/2', 'b/1']])
})

test('a tenant that has thousands is told so', async () => {
  const { store, clock } = memoryDynamo()
  const deadline = clock.now() + 60_000
  const changes = Array.from({ length: 2501 }, (_, index) =>
    changeOf('SearchParameter', `p${index}`, 1, { lastUpdated: clock.now() }),
  )
  const parameters = { revision: 0, changed: true }
  expect(await faultOf(store.commit(tenant, { changes, parameters, deadline }))).toMatchObject({
    category: 'too-costly',
    issues: [
      { diagnostics: 'A tenant may have 2500 SearchParameters that are active, or were: delete those without a use' },
    ],
  })
})
