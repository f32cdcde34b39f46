import { expect, test } from 'vitest'
import type { DueJob } from '#service/ports/job-store.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { TEST_TENANT } from '#test/support/test-call.ts'
import { startJobLoop } from './job-loop.ts'

function fakeQueue() {
  const waiting: DueJob[] = []
  const listeners = new Set<() => void>()
  return {
    queue: {
      due: async () => [...waiting],
      subscribe(listener: () => void) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    waiting,
    listeners,
    add(id: string) {
      waiting.push({ tenant: TEST_TENANT, id })
      for (const listener of listeners) listener()
    },
  }
}

test('jobs are worked on one after the other, those of before the start as well', async () => {
  const { queue, waiting, listeners, add } = fakeQueue()
  add('old')
  const done: string[] = []
  const third = Promise.withResolvers<void>()
  let busy = 0
  const loop = startJobLoop({
    queue,
    logger: recordingLogger().logger,
    async run(job) {
      expect(++busy).toBe(1)
      await Promise.resolve()
      waiting.splice(waiting.indexOf(job), 1)
      done.push(job.id)
      busy--
      if (job.id === 'old') {
        add('one')
        add('two')
      }
      if (done.length === 3) third.resolve()
    },
  })
  await third.promise
  expect(done).toEqual(['old', 'one', 'two'])
  loop.close()
  expect(listeners.size).toBe(0)
})

test('a job that can not be worked on holds up no other', async () => {
  const { queue, waiting, add } = fakeQueue()
  const { logger, entries } = recordingLogger()
  const second = Promise.withResolvers<void>()
  const loop = startJobLoop({
    queue,
    logger,
    async run(job) {
      waiting.splice(waiting.indexOf(job), 1)
      if (job.id === 'broken') throw new Error('no')
      second.resolve()
    },
  })
  add('broken')
  await new Promise(resolve => setImmediate(resolve))
  add('whole')
  await second.promise
  loop.close()
  expect(entries.map(({ message, fields }) => [message, fields])).toEqual([
    ['Jobs could not be worked on', { cause: 'Error' }],
  ])
})
