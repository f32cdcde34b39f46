/** SearchParameters that a tenant stores, over DynamoDB, OpenSearch and a queue of jobs. */
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { openAwsService } from '#runtime/aws.ts'
import { reindexOnAws } from '#runtime/aws-reindex.ts'
import { parseEnvironment } from '#runtime/env.ts'
import { type EngineBackend, openEngineBackend } from '#runtime/local/engine-backend.ts'
import { startGateway } from '#runtime/local/gateway.ts'
import type { FhirService } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import type { DueJob } from '#service/ports/job-store.ts'
import type { JsonObject } from '#service/resource/content.ts'
import { httpClient } from '#test/support/http-client.ts'
import { recordingLogger } from '#test/support/logger.ts'
import { ownDatabase } from '#test/support/own-database.ts'
import { eyesParameter as own, patientWithEyes as patient } from '#test/support/own-parameters.ts'
import { type ServedQueue, startServedQueue } from '#test/support/served-queue.ts'

let queue: ServedQueue
let backend: EngineBackend
let send: ReturnType<typeof httpClient>
let service: FhirService
const closing: (() => unknown)[] = []
let worlds = 0

const { logger } = recordingLogger()

beforeEach(async () => {
  const { dynamodb, s3, opensearch } = inject('engines')
  invariant(dynamodb && s3 && opensearch, 'this test needs the engines dynamodb, opensearch and s3')
  queue = await startServedQueue()
  const name = `own-${process.pid}-${++worlds}`
  backend = await openEngineBackend({
    engines: { dynamodb: ownDatabase(dynamodb), s3, opensearch },
    ...{ name, limits: {}, logger, baseUrl: undefined },
  })
  const places = { ...backend.places, jobs: queue.place }
  const aws = openAwsService({ places, logger, baseUrl: undefined })
  service = aws.service
  const config = parseEnvironment({ PORT: '0', LOG_LEVEL: 'error' })
  const connect = () => ({ kind: 'engines', places }) as const
  // The queue has jobs worked on when a test says so.
  const { jobs: _jobs, ...rest } = backend
  const gateway = await startGateway({ config, logger, backend: { ...rest, service, connect } })
  send = httpClient(gateway)
  closing.push(gateway.close, aws.close, queue.close)
})

afterEach(async () => {
  await queue.settled()
  for (const close of closing.splice(0)) await close()
})

const work = ({ tenant, id }: DueJob) => service.runJob({ tenant, id, deadline: Date.now() + 900_000, logger })

const put = async (resource: { readonly resourceType: string; readonly id: string }) => {
  const { status, body } = await send(`PUT ${resource.resourceType}/${resource.id}`, { body: resource })
  expect([200, 201], JSON.stringify(body)).toContain(status)
}

/** What was written is found once this returns. */
async function settle(): Promise<void> {
  await backend.indexed()
  const { endpoint, prefix } = backend.places.search
  await fetch(`${endpoint}/${prefix}-read/_refresh`, { method: 'POST' })
}

const statusOf = async () => {
  const { body } = await send('GET SearchParameter/eyes/$reindex-status')
  return (body.parameter as readonly JsonObject[] | undefined)?.[0]?.valueCode
}

interface Entry {
  readonly resource: { readonly id: string; readonly issue?: readonly object[] }
  readonly search: { readonly mode: string }
}

async function entriesOf(query: string, headers: Record<string, string> = {}): Promise<readonly Entry[]> {
  const { status, body } = await send(`GET Patient?_count=1000&${query}`, { headers })
  expect(status, JSON.stringify(body)).toBe(200)
  return (body.entry ?? []) as unknown as readonly Entry[]
}

const matches = async (query: string, headers?: Record<string, string>) =>
  (await entriesOf(query, headers))
    .filter(({ search }) => search.mode === 'match')
    .map(({ resource }) => resource.id)
    .sort()

test('finds new ones at once and old ones once they are indexed, follows its definition, and goes', async () => {
  for (const id of ['old-1', 'old-2']) await put(patient(id, 'green', { gender: 'female' }))
  await settle()
  expect(await send('GET Patient?eyes=green')).toMatchObject({ status: 400 })
  await put(own())
  await put(patient('new', 'green', { gender: 'male' }))
  await settle()
  expect(await entriesOf('eyes=green')).toMatchObject([
    { resource: { id: 'new' } },
    { resource: { issue: [{ severity: 'warning', code: 'transient', expression: ['eyes'] }] } },
  ])
  expect(await statusOf()).toBe('waiting')
  const conditional = { body: patient('x', 'green'), headers: { 'if-none-exist': 'eyes=green' } }
  expect(await send('POST Patient', conditional)).toMatchObject({
    status: 503,
    body: { issue: [{ code: 'transient', expression: ['eyes'] }] },
  })

  queue.serve(work)
  await queue.settled()
  expect(await statusOf()).toBe('indexed')
  expect(await matches('eyes=green')).toEqual(['new', 'old-1', 'old-2'])
  expect(await matches('_filter=eyes+eq+green+and+gender+eq+male')).toEqual(['new'])
  expect(await send('POST Patient', conditional)).toMatchObject({ status: 412 })

  await put(own({ expression: 'Patient.gender' }))
  expect(await matches('eyes=green')).toEqual([])
  await queue.settled()
  expect(await statusOf()).toBe('indexed')
  expect(await matches('eyes=female')).toEqual(['old-1', 'old-2'])
  expect(await matches('eyes=green')).toEqual([])

  const bad = { body: own({ expression: 'Patient.name.count()' }) }
  expect(await send('PUT SearchParameter/eyes', bad)).toMatchObject({
    status: 422,
    body: { issue: [{ code: 'invalid', expression: ['SearchParameter.expression'] }] },
  })
  const { id: _id, ...second } = own()
  expect(await send('POST SearchParameter', { body: second })).toMatchObject({
    status: 422,
    body: { issue: [{ code: 'duplicate' }] },
  })
  expect(await matches('eyes=female')).toEqual(['old-1', 'old-2'])

  await put(own({ status: 'retired' }))
  expect(await send('GET Patient?eyes=female')).toMatchObject({ status: 400 })
  expect(await statusOf()).toBe('no-effect')
})

test('is in force for every process, and writes that race the job are found', async () => {
  for (let number = 0; number < 150; number++) await put(patient(`old-${number}`, 'green'))
  const places = { ...backend.places, jobs: queue.place }
  const other = openAwsService({ places, logger, baseUrl: undefined })
  closing.push(other.close)
  queue.serve(({ tenant, id }) => other.service.runJob({ tenant, id, deadline: Date.now() + 900_000, logger }))
  const expected = new Set(Array.from({ length: 150 }, (_, number) => `old-${number}`))
  let round = 0
  const write = async () => {
    const number = round++ % 150
    const isGreen = round % 3 !== 0
    await put(patient(`old-${number}`, isGreen ? 'green' : 'blue'))
    if (isGreen) expected.add(`old-${number}`)
    else expected.delete(`old-${number}`)
  }
  for (; round < 10; ) await write()
  await put(own())
  const over = { is: false }
  const writing = (async () => {
    while (!over.is) await write()
  })()
  while ((await statusOf()) !== 'indexed') await matches('eyes=green')
  over.is = true
  await writing
  expect(await matches('eyes=green', { 'Cache-Control': 'no-cache' })).toEqual([...expected].sort())
  await settle()
  expect(await matches('eyes=green')).toEqual([...expected].sort())
})

test('is in an index that is made anew', async () => {
  queue.serve(work)
  await put(own())
  for (const id of ['a', 'b']) await put(patient(id, 'green'))
  await settle()
  await queue.settled()
  const outcome = await reindexOnAws({
    ...{ segments: 2, lateWritersMs: 1, refused: 'stop', baseUrl: undefined, report: () => undefined },
    places: backend.places,
  })
  expect(outcome).toMatchObject({ kind: 'done', refused: 0 })
  await put(patient('c', 'green'))
  await settle()
  expect(await matches('eyes=green')).toEqual(['a', 'b', 'c'])
})
