import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { recordingLogger } from '#test/support/logger.ts'
import { parseEnvironment } from '../env.ts'
import { createDoorThread } from './door-thread.ts'

test('requests of a thread that ends are answered with a fault, and the next one starts another', async () => {
  const { logger, entries } = recordingLogger()
  let lines = 0
  const thread = createDoorThread({
    config: parseEnvironment({ DATA_DIR: '/dev/null/no-folder' }),
    limits: {},
    connect() {
      lines++
      return { kind: 'embedded', folder: '/dev/null/no-folder', writer: new MessageChannel().port1 }
    },
    logger,
  })
  const request = {
    method: 'GET',
    url: '/metadata',
    headers: {},
    body: undefined,
    requestId: 'a',
    baseUrl: 'http://localhost/fhir',
    deadline: 0,
  }
  const lost = expect.objectContaining({ category: 'unavailable', retryAfterSeconds: 1 })
  await expect(thread.send('fhir', request)).rejects.toEqual(lost)
  await expect(thread.send('fhir', request)).rejects.toEqual(lost)
  expect(lines).toBe(2)
  expect(entries.map(({ level, message }) => [level, message])).toEqual([
    ['error', 'The door thread failed'],
    ['error', 'The door thread ended'],
    ['error', 'The door thread failed'],
    ['error', 'The door thread ended'],
  ])
  await thread.close()
})
