import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import { startFakeQueue, takeAll } from '#test/support/fake-queue.ts'
import { SqsChangePublisher } from './index.ts'

const change = (id: string, versionId: number, tenant = 'one'): CommittedChange => ({
  tenant: tenantOf(tenant),
  type: 'Patient',
  id,
  versionId,
  lastUpdated: 1,
  method: 'PUT',
  deleted: false,
  compartments: [],
  securityLabels: [],
})

test('a group for each resource, in the order of versions, none twice', async () => {
  const queue = await startFakeQueue(takeAll)
  const changes = [change('a', 1), change('a', 2), change('b', 1), change('a', 1, 'two')]
  await new SqsChangePublisher(queue.parts).publish(changes, Date.now() + 10_000)
  queue.close()
  const messages = queue.batches.flat()
  expect(messages.map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual(changes)
  const [first, second, other, foreign] = messages.map(({ MessageGroupId }) => MessageGroupId)
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  expect(second).toBe(first)
  expect(new Set([first, other, foreign]).size).toBe(3)
  expect(new Set(messages.map(each => each.MessageDeduplicationId)).size).toBe(4)
})
