import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXTRACTOR_GENERATION } from '#service/search/document.ts'
import { type FakeAws, startFakeAws } from '#test/support/fake-aws.ts'
import { runLambda } from '#test/support/lambda-process.ts'
import { sequenceNumber, streamEvent } from '#test/support/stream-events.ts'
import { versionItem } from '#test/support/version-items.ts'
import { bundleLambda } from './bundle.ts'

const WORKERS = ['index-stream', 'dispatch'] as const

let place: string
let aws: FakeAws

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-workers-'))
  for (const name of WORKERS) await bundleLambda(name, join(place, name))
  aws = await startFakeAws()
})

afterAll(async () => {
  aws.close()
  await rm(place, { recursive: true })
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
  const { results, output } = await run('index-stream', [EVENT], aws.environment)
  expect(results).toEqual([{ batchItemFailures: [] }])
  const bulk = aws.requests.filter(({ line }) => line === 'POST /_bulk').map(({ body }) => body.split('\n')[0] ?? '')
  expect(bulk.map(line => JSON.parse(line).index)).toEqual([
    { _index: 'fhir-000001', _id: 'default/Patient/a', version: 4096 + EXTRACTOR_GENERATION, version_type: 'external' },
  ])
  const [message] = aws.requests.filter(({ body }) => body.includes('QueueUrl')).map(({ body }) => JSON.parse(body))
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
          Dimensions: [['stage', 'worker']],
          Metrics: [{ Name: 'Indexed', Unit: 'Count' }],
        },
      ],
    },
    stage: 'prod',
    worker: 'index-stream',
    Indexed: 1,
  })
  expect(output).not.toContain('Shaw')
})

test('dispatch has nothing to do for versions', async () => {
  const { results } = await run('dispatch', [EVENT], aws.environment)
  expect(results).toEqual([{ batchItemFailures: [] }])
})

test('without what it needs, a function does not start, and says what is missing', async () => {
  const { SEARCH_PREFIX: _prefix, OBJECTS_BUCKET: _bucket, ...rest } = aws.environment
  await expect(run('index-stream', [], rest)).rejects.toThrow(/OBJECTS_BUCKET is not set.*\n.*SEARCH_PREFIX is not set/)
})
