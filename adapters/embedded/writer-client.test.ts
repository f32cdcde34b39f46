import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { FromWriter, ToWriter, WriteOutcome } from './wire.ts'
import { WriterClient } from './writer-client.ts'

let writer: MessagePort
let client: WriterClient

beforeEach(() => {
  const { port1, port2 } = new MessageChannel()
  writer = port1
  client = new WriterClient(port2)
})

afterEach(() => writer.close())

const nextMessage = () => new Promise<ToWriter>(resolve => writer.once('message', resolve))

const answer = (numbers: readonly number[], results: readonly WriteOutcome[]) =>
  writer.postMessage({ kind: 'results', numbers, results } satisfies FromWriter)

test('sends what one turn brings as one message, and gives each its own answer', async () => {
  const commits = ['a', 'b', 'c', 'd'].map(cell => client.commit([cell]).catch((error: unknown) => error))
  const sent = await nextMessage()
  expect(sent).toEqual({ kind: 'commit', numbers: [1, 2, 3, 4], requests: [['a'], ['b'], ['c'], ['d']] })
  answer([3, 1], [{ committed: true }, { failure: 'expired', message: 'late' }])
  answer(
    [2, 4],
    [
      { failure: 'failed', message: 'disk full' },
      { failure: 'bug', message: 'no such table' },
    ],
  )
  const [expired, failed, committed, bug] = await Promise.all(commits)
  expect(committed).toEqual({ committed: true })
  expect([expired, failed].map(error => Fault.is(error) && [error.category, error.message, error.internal])).toEqual([
    ['unavailable', 'The server was too busy to write this in time; nothing was written.', 'late'],
    ['unavailable', 'The data store could not write this; nothing was written.', 'disk full'],
  ])
  expect(bug).toEqual(new Error('The writer failed: no such table'))
})

test('gives up what is under way, and all that comes, when the writer is gone', async () => {
  const before = client.commit(['a']).catch((error: unknown) => error)
  await nextMessage()
  writer.close()
  const failure = await before
  expect(Fault.is(failure) && [failure.category, failure.message]).toEqual([
    'unavailable',
    'The data store is not there at the moment.',
  ])
  expect(await client.commit(['b']).catch((error: unknown) => error)).toBe(failure)
  await client.close()
})
