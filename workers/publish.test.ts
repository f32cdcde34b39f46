import { expect, test } from 'vitest'
import { fault } from '#service/fault.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import { workerParts } from '#test/support/worker-parts.ts'
import { createPublish, type QueueEvent } from './publish.ts'

const change = (id: string, versionId: number) => ({
  tenant: 'default',
  type: 'Patient',
  id,
  versionId,
  lastUpdated: 0,
  method: 'PUT',
  deleted: false,
  compartments: [`Patient/${id}`],
  securityLabels: [],
})

const queueEvent = (...bodies: readonly object[]): QueueEvent => ({
  Records: bodies.map((body, index) => ({ messageId: `m${index}`, body: JSON.stringify(body) })),
})

test('changes of the queue are told in its order', async () => {
  const told: CommittedChange[] = []
  const publisher = {
    async publish(changes: readonly CommittedChange[]) {
      told.push(...changes)
    },
  }
  const answer = await createPublish({ ...workerParts(), publisher })(queueEvent(change('a', 1), change('a', 2)), 1)
  expect(answer).toEqual({ batchItemFailures: [] })
  expect(told).toEqual([change('a', 1), change('a', 2)])
})

test.each([
  ['where nobody takes them', fault('unavailable', 'no answer')],
  ['where telling fails by a bug', new TypeError('bug')],
])('all of them come again %s', async (_, failure) => {
  const publisher = { publish: () => Promise.reject(failure) }
  const answer = await createPublish({ ...workerParts(), publisher })(queueEvent(change('a', 1), change('b', 1)), 1)
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }] })
})

test('what is no change comes again, until the queue puts it aside', async () => {
  const publisher = { publish: async () => undefined }
  const event: QueueEvent = { Records: [{ messageId: 'm0', body: 'no JSON' }] }
  expect(await createPublish({ ...workerParts(), publisher })(event, 1)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm0' }],
  })
})
