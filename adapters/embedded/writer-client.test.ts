import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import { createEpoch } from './epoch.ts'
import type { FromWriter, ToLine, ToWriter, WriteOutcome } from './wire.ts'
import { WriterClient } from './writer-client.ts'

let line: MessagePort
let writer: MessagePort
let client: WriterClient

/** As WriterHost has it for each thread. */
function lead(): void {
  const { port1, port2 } = new MessageChannel()
  writer = port1
  line.postMessage({ kind: 'writer', port: port2, epoch: createEpoch() } satisfies ToLine, [port2])
}

beforeEach(() => {
  const { port1, port2 } = new MessageChannel()
  line = port1
  client = new WriterClient(port2)
  lead()
})

afterEach(() => {
  writer.close()
  line.close()
})

const nextMessage = () => new Promise<ToWriter>(resolve => writer.once('message', resolve))

const answer = (numbers: readonly number[], results: readonly WriteOutcome[]) =>
  writer.postMessage({ kind: 'results', numbers, results } satisfies FromWriter)

test('sends what one turn brings as one message, and gives each its own answer', async () => {
  const commits = ['a', 'b', 'c', 'd', 'e'].map(cell => client.commit([cell]).catch((error: unknown) => error))
  const sent = await nextMessage()
  expect(sent).toEqual({ kind: 'commit', numbers: [1, 2, 3, 4, 5], requests: [['a'], ['b'], ['c'], ['d'], ['e']] })
  answer([3, 1], [{ committed: true }, { failure: 'expired', message: 'late' }])
  answer(
    [2, 4, 5],
    [
      { failure: 'failed', message: 'disk I/O error' },
      { failure: 'bug', message: 'no such table' },
      { failure: 'full', message: 'database or disk is full' },
    ],
  )
  const [expired, failed, committed, bug, full] = await Promise.all(commits)
  expect(committed).toEqual({ committed: true })
  expect(
    [expired, failed, full].map(error => Fault.is(error) && [error.category, error.message, error.internal]),
  ).toEqual([
    ['unavailable', 'The server was too busy to write this in time; nothing was written.', 'late'],
    ['unavailable', 'The data store could not write this; nothing was written.', 'disk I/O error'],
    [
      'unavailable',
      'The disk of the data store is full; nothing was written. Reading goes on.',
      'database or disk is full',
    ],
  ])
  expect(bug).toEqual(new Error('The writer failed: no such table'))
})

test('what is asked before the first thread is there waits for it', async () => {
  const { port1, port2 } = new MessageChannel()
  line.close()
  line = port1
  client = new WriterClient(port2)
  const commit = client.commit(['a'])
  await new Promise(resolve => setImmediate(resolve))
  lead()
  expect(await nextMessage()).toEqual({ kind: 'commit', numbers: [1], requests: [['a']] })
  answer([1], [{ committed: true }])
  expect(await commit).toEqual({ committed: true })
})

test('gives up what is under way when a thread is gone, refuses what comes, and goes on with the next', async () => {
  const failureOf = (commit: Promise<unknown>) =>
    commit.then(String, (error: unknown) => Fault.is(error) && [error.category, error.message, error.retryAfterSeconds])
  const before = failureOf(client.commit(['a']))
  await nextMessage()
  writer.close()
  expect(await before).toEqual([
    'unavailable',
    'The data store failed while this was being written; it may have been written or not. Read before trying again.',
    undefined,
  ])
  const meanwhile = ['unavailable', 'The data store is about to start again; nothing was written.', 1]
  expect(await failureOf(client.commit(['b']))).toEqual(meanwhile)
  client.subscribe(() => undefined)
  lead()
  expect(await nextMessage()).toEqual({ kind: 'subscribe' })
  const after = client.commit(['c'])
  expect(await nextMessage()).toEqual({ kind: 'commit', numbers: [3], requests: [['c']] })
  answer([3], [{ committed: true }])
  expect(await after).toEqual({ committed: true })
  writer.close()
  line.postMessage({ kind: 'gone' } satisfies ToLine)
  const refused = ['unavailable', 'The data store takes no more writes; nothing was written.', undefined]
  await expect.poll(() => failureOf(client.commit(['d']))).toEqual(refused)
  await client.close()
})
