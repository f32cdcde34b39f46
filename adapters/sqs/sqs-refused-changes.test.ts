import { expect, test } from 'vitest'
import type { RefusedChange } from '#service/ports/refused-changes.ts'
import { startFakeQueue, takeAll } from '#test/support/fake-queue.ts'
import { SqsRefusedChanges } from './index.ts'

test('each change is a message', async () => {
  const queue = await startFakeQueue(takeAll)
  const changes: RefusedChange[] = ['1', '2'].map(sequenceNumber => ({
    worker: 'index-stream',
    sequenceNumber,
    cause: 'x',
  }))
  await new SqsRefusedChanges(queue.parts).report(changes, Date.now() + 10_000)
  queue.close()
  expect(queue.batches.flat().map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual(changes)
})
