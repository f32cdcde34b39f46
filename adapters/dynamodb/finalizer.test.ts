import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createIds } from '#runtime/time-ordered-ids.ts'
import { changeOf, freshTenant } from '#test/contract/changes.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { MemoryOverflow, MemoryTable } from '#test/support/memory-table.ts'
import { DynamoResourceStore, SYSTEM_PACE } from './index.ts'
import { recordKey } from './keys.ts'

test('a transaction whose record is long gone keeps the bodies of its versions', async () => {
  const table = new MemoryTable()
  const clock = { now: () => Date.now() }
  const store = new DynamoResourceStore({
    table,
    overflow: new MemoryOverflow(),
    clock,
    ids: createIds(clock),
    pace: SYSTEM_PACE,
    logger: recordingLogger().logger,
    settings: { transactActionsMax: 1 },
  })
  const tenant = freshTenant()
  const deadline = clock.now() + 30_000
  const body = JSON.stringify({ resourceType: 'Patient', noise: randomBytes(60_000).toString('base64') })
  const changes = ['a', 'b'].map(id => changeOf('Patient', id, 1, { lastUpdated: clock.now(), body }))
  expect(await store.commit(tenant, { changes, deadline })).toEqual({ committed: true })
  const [item] = [...table.items.all()].filter(({ overflow }) => overflow !== undefined)
  const transaction = String(item?.nonce)
  await table.write({ kind: 'delete', key: recordKey(tenant, transaction) })
  // The stream's record of the commit comes once more, as it may after days in a queue.
  expect(await store.finish(tenant, transaction, deadline)).toBe('stripped')
  const versions = await store.readNewest(tenant, [{ type: 'Patient', id: 'a' }], deadline)
  expect(versions).toEqual([expect.objectContaining({ id: 'a', versionId: 1 })])
})
