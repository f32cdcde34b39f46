import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { Change } from '#service/ports/resource-store.ts'
import { changeOf, freshTenant, soon } from '#test/contract/changes.ts'
import { DATABASE_FILE, prepareFolder } from './database.ts'
import { encodeCommit, type WriterThreadData } from './wire.ts'
import { WriterClient } from './writer-client.ts'
import { WriterHost, type WriterHostOptions } from './writer-host.ts'

let folder: string
let hosts: WriterHost[]
let threads: Worker[]
let logged: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-host-'))
  prepareFolder(folder)
  hosts = []
  threads = []
  logged = []
})

afterEach(async () => {
  await Promise.all(hosts.map(host => host.close(async () => undefined)))
  await Promise.all(threads.map(thread => thread.terminate()))
  rmSync(folder, { recursive: true })
})

const writerThread = (workerData: WriterThreadData): Worker =>
  new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData })

/** A thread that fails before it is of any use. */
const brokenThread = (): Worker => new Worker('throw new Error("no memory")', { eval: true })

function hostOf(options: Partial<WriterHostOptions> = {}): WriterHost {
  const note = (message: string) => logged.push(message)
  const { startThread = writerThread, ...others } = options
  const host = new WriterHost({
    folder,
    logger: { debug: note, info: note, warn: note, error: note },
    delaysMs: [0, 0],
    startThread: data => {
      const thread = startThread(data)
      threads.push(thread)
      return thread
    },
    ...others,
  })
  hosts.push(host)
  return host
}

const tenant = freshTenant()

const commit = (client: WriterClient, ...changes: Change[]): Promise<string> =>
  client.commit(encodeCommit(tenant, { changes, deadline: 0 }, soon())).then(
    ({ committed }) => (committed ? 'committed' : 'conflict'),
    (error: unknown) => (Fault.is(error) ? `${error.category}: ${error.message}` : String(error)),
  )

function written(): unknown[] {
  const database = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true })
  try {
    const rows = database.prepare('SELECT r.id FROM resource r JOIN version v ON v.seq = r.seq ORDER BY r.id').all()
    return rows.map(row => row.id)
  } finally {
    database.close()
  }
}

const pairOf = (number: number) => [changeOf('Patient', `${number}a`), changeOf('Patient', `${number}b`)]

const LOST =
  'unavailable: The data store failed while this was being written; it may have been written or not. Read before trying again.'
const STARTING = 'unavailable: The data store is about to start again; nothing was written.'
const GONE = 'unavailable: The data store takes no more writes; nothing was written.'

/** Tries until the store is there again. */
async function commitAgain(client: WriterClient, ...changes: Change[]): Promise<string> {
  for (;;) {
    const outcome = await commit(client, ...changes)
    if (outcome !== STARTING) return outcome
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('a thread killed in the middle of commits loses nothing that was acknowledged, and leaves nothing half', async () => {
  const host = hostOf({ delaysMs: [0, 0, 0, 0, 0] })
  await host.start()
  const client = new WriterClient(host.connect())
  const acknowledged: string[] = []
  const outcomes = new Set<string>()
  let number = 0
  for (let kill = 0; kill < 4; kill++) {
    const before = acknowledged.length
    const write = async (): Promise<void> => {
      for (let outcome = 'committed'; outcome === 'committed'; ) {
        const pair = pairOf(number++)
        outcome = await commitAgain(client, ...pair)
        outcomes.add(outcome)
        if (outcome === 'committed') acknowledged.push(...pair.map(({ id }) => id))
        if (acknowledged.length > before + 100) void threads.at(-1)?.terminate()
      }
    }
    await Promise.all(Array.from({ length: 8 }, write))
  }
  expect(outcomes).toEqual(new Set(['committed', LOST]))
  expect(await commitAgain(client, changeOf('Patient', 'last'))).toBe('committed')
  const found = new Set(written())
  expect(acknowledged.filter(id => !found.has(id))).toEqual([])
  const halves = Array.from({ length: number }, (_, index) => pairOf(index).filter(({ id }) => found.has(id)).length)
  expect(halves.filter(count => count === 1)).toEqual([])
  expect(threads).toHaveLength(5)
})

test('lines of other threads are led to the new one, and told of what they may have missed', async () => {
  const host = hostOf()
  await host.start()
  const [client, other] = [new WriterClient(host.connect()), new WriterClient(host.connect())]
  expect(await commit(other, changeOf('Patient', 'a'))).toBe('committed')
  let told = 0
  const again = new Promise<void>(resolve => other.subscribe(() => ++told && resolve()))
  await threads[0]?.terminate()
  await again
  expect(await commitAgain(client, changeOf('Patient', 'b'))).toBe('committed')
  expect(await commitAgain(other, changeOf('Patient', 'b', 2))).toBe('committed')
  expect(logged).toEqual(['The writer thread ended, and is started again', 'The writer thread is there again'])
})

test('after some attempts it is given up, and said so', async () => {
  const host = hostOf({ startThread: data => (threads.length === 0 ? writerThread(data) : brokenThread()) })
  await host.start()
  const client = new WriterClient(host.connect())
  expect(await commit(client, changeOf('Patient', 'a'))).toBe('committed')
  await threads[0]?.terminate()
  const outcomes = new Set<string>()
  while (!outcomes.has(GONE)) {
    await new Promise(resolve => setImmediate(resolve))
    outcomes.add(await commit(client, changeOf('Patient', 'b')))
  }
  expect([...outcomes].filter(outcome => ![LOST, STARTING, GONE].includes(outcome))).toEqual([])
  expect(threads).toHaveLength(3)
  expect(logged).toEqual([
    'The writer thread ended, and is started again',
    'The writer thread ended, and is started again',
    'The writer thread ended again, and is given up: reading goes on, writes are refused until the server is restarted',
  ])
  await client.close()
})

test('a first thread that fails says what it failed of', async () => {
  await expect(hostOf({ startThread: brokenThread }).start()).rejects.toThrow('no memory')
})
