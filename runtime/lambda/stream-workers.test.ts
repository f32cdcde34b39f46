import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runLambda } from '#test/support/lambda-process.ts'
import { sequenceNumber, streamEvent } from '#test/support/stream-events.ts'
import { versionItem } from '#test/support/version-items.ts'
import { bundleLambda } from './bundle.ts'

const WORKERS = ['index-stream', 'dispatch'] as const

let place: string
let server: Server
let endpoint: string
const requests: { readonly line: string; readonly body: string }[] = []

/** Answers for OpenSearch and for SQS that all is well. */
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-workers-'))
  for (const name of WORKERS) await bundleLambda(name, join(place, name))
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const line = `${request.method} ${request.url?.split('?')[0]}`
    requests.push({ line, body })
    response.setHeader('Content-Type', 'application/json')
    if (line.startsWith('GET /_alias/')) response.end('{"fhir-000001":{}}')
    else if (line === 'POST /_bulk') response.end('{"errors":false}')
    else response.end(JSON.stringify({ Successful: JSON.parse(body).Entries.map(received) }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.close()
  await rm(place, { recursive: true })
})

/** The client compares the hash with that of what it sent. */
const received = ({ Id, MessageBody }: { readonly Id: string; readonly MessageBody: string }) => ({
  Id,
  MD5OfMessageBody: hash('md5', MessageBody),
})

const environment = () => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_SQS: endpoint,
  TABLE_NAME: 'gateway-prod',
  OBJECTS_BUCKET: 'objects-prod',
  SEARCH_ENDPOINT: endpoint,
  SEARCH_PREFIX: 'fhir',
  REFUSED_QUEUE_URL: `${endpoint}/123456789012/refused`,
})

const run = (name: (typeof WORKERS)[number], events: readonly unknown[], variables: Record<string, string>) =>
  runLambda({ name, folder: join(place, name), environment: variables }, events)

const EVENT = streamEvent(
  { image: versionItem({ content: { resourceType: 'Patient', id: 'a', name: [{ family: 'Shaw' }] } }) },
  { image: versionItem({ content: { resourceType: 'Patient', id: 'b' }, transaction: 't' }) },
  { image: { ...versionItem({ content: { resourceType: 'Patient', id: 'c' } }), body: Buffer.from('{') } },
  { image: undefined },
)

test('index-stream writes what a batch of the stream holds to the index, and reports what it can not', async () => {
  const { results, output } = await run('index-stream', [EVENT], environment())
  expect(results).toEqual([{ batchItemFailures: [] }])
  const bulk = requests.filter(({ line }) => line === 'POST /_bulk').map(({ body }) => body.split('\n')[0] ?? '')
  expect(bulk.map(line => JSON.parse(line).index)).toEqual([
    { _index: 'fhir-000001', _id: 'default/Patient/a', version: 4097, version_type: 'external' },
  ])
  const [message] = requests.filter(({ body }) => body.includes('QueueUrl')).map(({ body }) => JSON.parse(body))
  expect(JSON.parse(message.Entries[0].MessageBody)).toEqual({
    worker: 'index-stream',
    sequenceNumber: sequenceNumber(3),
    tenant: 'default',
    type: 'Patient',
    id: 'c',
    versionId: 1,
    cause: 'Fault invalid',
  })
  const metrics = output.split('\n').filter(line => line.includes('_aws'))
  expect(metrics.map(line => JSON.parse(line))).toContainEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'FhirGateway',
          Dimensions: [['worker']],
          Metrics: [{ Name: 'Indexed', Unit: 'Count' }],
        },
      ],
    },
    worker: 'index-stream',
    Indexed: 1,
  })
  expect(output).not.toContain('Shaw')
})

test('dispatch has nothing to do for versions', async () => {
  const { results } = await run('dispatch', [EVENT], environment())
  expect(results).toEqual([{ batchItemFailures: [] }])
})

test('without what it needs, a function does not start, and says what is missing', async () => {
  const { SEARCH_PREFIX: _prefix, OBJECTS_BUCKET: _bucket, ...rest } = environment()
  await expect(run('index-stream', [], rest)).rejects.toThrow(/OBJECTS_BUCKET is not set.*\n.*SEARCH_PREFIX is not set/)
})
