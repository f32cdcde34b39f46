import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change } from '#service/ports/resource-store.ts'
import type { SearchRequest } from '#service/ports/search-index.ts'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import { changeOf, documentOf, freshTenant, soon } from '#test/contract/changes.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { openEmbedded, type PrimaryEngine } from './index.ts'

const tenant = freshTenant()
const DAY = 86_400_000

let folder: string
let engine: PrimaryEngine
let thread: Worker

/** Another thread with a connection of its own, which says what it finds and knows. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const { module, tenant, ...options } = workerData
import(module).then(async ({ openEmbedded }) => {
  const { index, store } = await openEmbedded({ role: 'worker', ...options })
  parentPort.on('message', async request => {
    const { hits } = await index.search(tenant, request)
    parentPort.postMessage([hits.map(hit => hit.id), store.parameters.revisionAtHand(tenant)])
  })
  parentPort.postMessage('ready')
})`

async function open(): Promise<void> {
  engine = await openEmbedded({ role: 'primary', folder })
  const port = engine.connect()
  const module = new URL('./index.ts', import.meta.url).href
  const workerData = { module, tenant, folder, port }
  thread = new Worker(THREAD, { eval: true, workerData, transferList: [port] })
  expect(await nextMessage()).toBe('ready')
}

async function close(): Promise<void> {
  await thread.terminate()
  await engine.close()
}

const nextMessage = (): Promise<unknown> => new Promise(resolve => thread.once('message', resolve))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-remembered-'))
  await open()
})

afterEach(async () => {
  await close()
  rmSync(folder, { recursive: true })
})

/** What both threads find, and which revision of the tenant's search parameters they know: the same. */
async function seen(type: string, where: Node): Promise<unknown> {
  const query = { type, where } as ScopedQuery
  const request: SearchRequest = { query, sort: [], count: 10, total: 'none', deadline: soon() }
  const { hits } = await engine.index.search(tenant, request)
  const own = [hits.map(hit => hit.id), engine.store.parameters?.revisionAtHand(tenant)]
  thread.postMessage(request)
  expect(await nextMessage()).toEqual(own)
  return own
}

const commit = (change: Change, changed = false) =>
  engine.store.commit(tenant, {
    changes: [change],
    deadline: soon(),
    ...(changed && { parameters: { revision: engine.store.parameters?.revisionAtHand(tenant) ?? 0, changed } }),
  })

const date = searchParameter('Observation', 'date')
const dated = (id: string, ...days: readonly number[]): Change => {
  const values = days.map(day => ({ kind: 'date', low: day * DAY, high: (day + 1) * DAY }) as const)
  return changeOf('Observation', id, 1, { document: documentOf('Observation', id, { date: values }) })
}

/** No one day is both; two of a resource are. */
const lateAndEarly: Node = {
  kind: 'and',
  nodes: [
    { kind: 'date', parameter: date, comparator: 'ge', low: 20 * DAY, high: 21 * DAY },
    { kind: 'date', parameter: date, comparator: 'lt', low: 10 * DAY, high: 11 * DAY },
  ],
}

const EVERYTHING: Node = { kind: 'everything' }

test('that resources have one value of a parameter each, until one has two', async () => {
  await commit(dated('early', 1))
  await commit(dated('late', 25))
  expect(await seen('Observation', lateAndEarly)).toEqual([[], 0])
  expect(await seen('Observation', lateAndEarly)).toEqual([[], 0])
  await commit(dated('both', 2, 24))
  expect(await seen('Observation', lateAndEarly)).toEqual([['both'], 0])
  await close()
  await open()
  expect(await seen('Observation', lateAndEarly)).toEqual([['both'], 0])
})

test('that there is nothing of a type, until there is', async () => {
  expect(await seen('Encounter', EVERYTHING)).toEqual([[], 0])
  expect(await seen('Encounter', EVERYTHING)).toEqual([[], 0])
  await commit(changeOf('Encounter', 'a'))
  expect(await seen('Encounter', EVERYTHING)).toEqual([['a'], 0])
  await close()
  await open()
  expect(await seen('Encounter', EVERYTHING)).toEqual([['a'], 0])
})

test('the revision of own search parameters, until they change', async () => {
  await commit(changeOf('Patient', 'a'))
  expect(await seen('Patient', EVERYTHING)).toEqual([['a'], 0])
  await commit(changeOf('SearchParameter', 'b'), true)
  expect(await seen('Patient', EVERYTHING)).toEqual([['a'], 1])
  await commit(changeOf('SearchParameter', 'b', 2), true)
  expect(await seen('Patient', EVERYTHING)).toEqual([['a'], 2])
  await close()
  await open()
  expect(await seen('Patient', EVERYTHING)).toEqual([['a'], 2])
})
