/**
 * What requests cost over the engines of AWS on this machine: how often each is called, in which units, how long the
 * gateway itself takes beyond waiting for them; and what goes through the index worker.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type LambdaStreamEvent, StreamPoller } from '#adapters/dynamodb/index.ts'
import { createRestDoor } from '#rest/door.ts'
import { openIndexStream } from '#runtime/aws.ts'
import { clientConfiguration } from '#runtime/client-configuration.ts'
import { type EngineBackend, openEngineBackend } from '#runtime/local/engine-backend.ts'
import { startEngines } from '#test/engines/start-engines.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { restCall, restRequest, textOf } from '#test/support/rest-request.ts'
import type { StreamEvent } from '#workers/stream-event.ts'
import { median } from './cold-start.ts'
import { type CountingProxy, countingProxy } from './counting-proxy.ts'
import { measureWaits } from './engine-waits.ts'
import { table } from './report.ts'
import { observation } from './tasks.ts'

export interface EngineCost {
  readonly operation: string
  /** Calls a request. */
  readonly dynamodb: number
  readonly opensearch: number
  readonly s3: number
  readonly readUnits: number
  readonly writeUnits: number
  /** Of one request alone, p50. */
  readonly totalMs: number
  /** Of these the gateway's own, p50: all but waiting for an engine's answer. */
  readonly ownMs: number
}

export interface IndexingPace {
  readonly documents: number
  readonly perSecond: number
  /** Of these the worker's own share of the time, the rest is waiting for OpenSearch and the table. */
  readonly ownShare: number
}

export interface EngineResults {
  readonly costs: readonly EngineCost[]
  readonly indexing: IndexingPace
}

export function engineTables({ costs, indexing }: EngineResults): string {
  const header = ['request', 'DynamoDB', 'OpenSearch', 'S3', 'read units', 'write units', 'p50 ms', 'own ms']
  const rows = costs.map(each => [
    each.operation,
    ...[each.dynamodb, each.opensearch, each.s3, each.readUnits, each.writeUnits, each.totalMs, each.ownMs],
  ])
  const { documents, perSecond, ownShare } = indexing
  const row = [String(documents), perSecond, ownShare * 100]
  return `${table(header, rows)}\n\n${table(['index worker, documents', 'a second', 'own time %'], [row])}`
}

type Send = (line: string, body?: string, headers?: Readonly<Record<string, string>>) => Promise<string>

interface Operation {
  readonly name: string
  readonly times: number
  /** What to ask for the nth time. */
  ask(send: Send, index: number): Promise<unknown>
}

const CODE = 'http://loinc.org|85354-9'
const WARMUPS = 50

export async function measureEngines(): Promise<EngineResults> {
  const engines = await startEngines({ dynamodb: true, opensearch: true, s3: true })
  const proxy = await countingProxy(engines.dynamodb.endpoint)
  const dynamodb = { ...engines.dynamodb, endpoint: proxy.endpoint }
  const { logger } = recordingLogger()
  const options = { engines: { ...engines, dynamodb }, name: 'bench', limits: {}, logger, baseUrl: undefined }
  const backend = await openEngineBackend(options)
  try {
    const send = senderOf(backend)
    const ports = {
      dynamodb: portOf(proxy.endpoint),
      opensearch: portOf(engines.opensearch.endpoint),
      s3: portOf(engines.s3.endpoint),
    }
    await prepare(backend, send)
    await backend.setIndexing('stopped')
    const costs: EngineCost[] = []
    for (const operation of OPERATIONS) {
      if (operation.name === CONSISTENT) {
        await backend.setIndexing('running')
        await backend.indexed()
        await backend.setIndexing('stopped')
      }
      costs.push(await costOf(operation, send, proxy, ports))
    }
    return { costs, indexing: await measureIndexing(backend, send) }
  } finally {
    await backend.close()
    proxy.close()
    await engines.stop()
  }
}

const portOf = (endpoint: string): string => new URL(endpoint).port

/** The door itself: what a Lambda function does between event and answer. */
function senderOf({ service }: EngineBackend): Send {
  const door = createRestDoor(service)
  return async (line, body, headers = {}) => {
    const call = restCall({ baseUrl: 'http://localhost/fhir', deadline: Date.now() + 60_000 })
    const type = body === undefined ? {} : { 'content-type': 'application/fhir+json' }
    const parts = { call, headers: { ...type, ...headers }, ...(body !== undefined && { body }) }
    const answer = await textOf(await door(restRequest(line, parts)))
    if (answer.status >= 300)
      throw new Error(`${line} was answered with ${answer.status}: ${answer.body.slice(0, 500)}`)
    return answer.body
  }
}

const patient = (id: string): string => JSON.stringify({ resourceType: 'Patient', id, name: [{ family: 'Shaw' }] })

const created = (index: number, id?: string): string =>
  observation({ patient: 'p', code: CODE, index, ...(id !== undefined && { id }) })

const transaction = (count: number, from: number): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: Array.from({ length: count }, (_, index) => ({
      resource: JSON.parse(created(from + index)),
      request: { method: 'POST', url: 'Observation' },
    })),
  })

const KNOWN = 300

async function prepare(backend: EngineBackend, send: Send): Promise<void> {
  await send('PUT /Patient/p', patient('p'))
  for (let index = 0; index < KNOWN; index++) await send(`PUT /Observation/o${index}`, created(index, `o${index}`))
  await backend.indexed()
  // Searches find what is refreshed, which takes a second at most.
  await send('GET /Observation?_count=1', undefined, { 'cache-control': 'no-cache' })
}

const CONSISTENT = 'search, no-cache, all indexed'

const NO_CACHE = { 'cache-control': 'no-cache' }

const OPERATIONS: readonly Operation[] = [
  { name: 'read', times: 300, ask: (send, index) => send(`GET /Observation/o${index % KNOWN}`) },
  { name: 'vread', times: 300, ask: (send, index) => send(`GET /Observation/o${index % KNOWN}/_history/1`) },
  {
    name: 'search, 10 of one code',
    times: 200,
    ask: send => send(`GET /Observation?code=${encodeURIComponent(CODE)}&_count=10`),
  },
  { name: CONSISTENT, times: 100, ask: send => send('GET /Observation?patient=p&_count=10', undefined, NO_CACHE) },
  { name: 'create', times: 300, ask: (send, index) => send('POST /Observation', created(index)) },
  {
    name: 'update',
    times: 300,
    ask: (send, index) => send(`PUT /Observation/o${index % KNOWN}`, created(index + 1_000_000, `o${index % KNOWN}`)),
  },
  {
    name: 'history of a resource',
    times: 200,
    ask: (send, index) => send(`GET /Observation/o${index % KNOWN}/_history`),
  },
  { name: 'delete', times: 200, ask: (send, index) => send(`DELETE /Observation/o${KNOWN - 1 - (index % KNOWN)}`) },
  { name: 'transaction of 20 creates', times: 40, ask: (send, index) => send('POST /', transaction(20, index * 20)) },
  { name: 'transaction of 400 creates', times: 5, ask: (send, index) => send('POST /', transaction(400, index * 400)) },
]

interface Ports {
  readonly dynamodb: string
  readonly opensearch: string
  readonly s3: string
}

async function costOf(
  { name, times, ask }: Operation,
  send: Send,
  proxy: CountingProxy,
  ports: Ports,
): Promise<EngineCost> {
  for (let index = 0; index < Math.min(WARMUPS, times / 2); index++) await ask(send, index)
  proxy.take()
  const calls = { dynamodb: 0, opensearch: 0, s3: 0 }
  const totals: number[] = []
  const own: number[] = []
  for (let index = 0; index < times; index++) {
    const waits = await measureWaits(() => ask(send, index + WARMUPS))
    for (const engine of Object.keys(calls) as (keyof Ports)[]) calls[engine] += waits.calls.get(ports[engine]) ?? 0
    totals.push(waits.totalMs)
    own.push(waits.totalMs - waits.waitedMs)
  }
  const { readUnits, writeUnits } = proxy.take()
  return {
    operation: name,
    dynamodb: calls.dynamodb / times,
    opensearch: calls.opensearch / times,
    s3: calls.s3 / times,
    readUnits: readUnits / times,
    writeUnits: writeUnits / times,
    totalMs: median(totals),
    ownMs: median(own),
  }
}

const DOCUMENTS = 10_000

/** As Lambda does it: batches of 500 records, one after the other, into an index that is empty. */
async function measureIndexing(backend: EngineBackend, send: Send): Promise<IndexingPace> {
  for (let from = 0; from < DOCUMENTS; from += 100) await send('POST /', transaction(100, from))
  const batches: LambdaStreamEvent[] = []
  const { table } = backend.places
  const poller = new StreamPoller({
    configuration: clientConfiguration(table),
    tableName: table.table,
    handle: async event => void batches.push(event),
    wait: milliseconds => delay(milliseconds),
    onError: error => {
      throw error
    },
  })
  await poller.settled()
  await poller.close()
  let documents = 0
  const worker = openIndexStream({
    places: { ...backend.places, search: { ...backend.places.search, prefix: 'bench-worker' } },
    baseUrl: undefined,
    logger: recordingLogger().logger,
    metrics: {
      record: (name, _unit, value) => {
        if (name === 'Indexed') documents += value
      },
    },
    refused: {
      report: async ([first]) => {
        throw new Error(`A change was refused: ${first?.cause}`)
      },
    },
  })
  // The first batch makes the index and warms the extractor up.
  const [first, ...others] = batches
  if (first) await worker.handle(first as StreamEvent, Date.now() + 120_000)
  documents = 0
  const waits = await measureWaits(async () => {
    for (const batch of others) await worker.handle(batch as StreamEvent, Date.now() + 120_000)
  })
  worker.close()
  return {
    documents,
    perSecond: (documents / waits.totalMs) * 1000,
    ownShare: (waits.totalMs - waits.waitedMs) / waits.totalMs,
  }
}
