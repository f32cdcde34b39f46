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

const WORKERS = ['index-stream', 'dispatch', 'publish'] as const

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

test('dispatch puts changes on their queue where somebody listens', async () => {
  const expires = { N: String(Math.ceil(Date.now() / 1000) + 3600) }
  await fetch(aws.endpoint, {
    method: 'POST',
    headers: { 'X-Amz-Target': 'DynamoDB_20120810.PutItem' },
    body: JSON.stringify({
      TableName: 'x',
      Item: { partition: { S: 'default#listeners' }, sort: { S: 'listeners' }, expires },
    }),
  })
  const queue = `${aws.endpoint}/1/changes.fifo`
  const before = aws.requests.length
  const { results } = await run('dispatch', [EVENT], { ...aws.environment, CHANGES_QUEUE_URL: queue })
  expect(results).toEqual([{ batchItemFailures: [] }])
  const [sent] = aws.requests.slice(before).filter(({ body }) => body.includes('changes.fifo'))
  const entries = JSON.parse(sent?.body ?? '{}').Entries as { MessageBody: string }[]
  expect(entries.map(({ MessageBody }) => JSON.parse(MessageBody))).toMatchObject([
    { tenant: 'default', type: 'Patient', id: 'a', versionId: 1 },
    { tenant: 'default', type: 'Patient', id: 'c', versionId: 1 },
  ])
  expect(sent?.body).not.toContain('Shaw')
})

test('publish tells AppSync what the queue holds', async () => {
  const change = {
    ...{ tenant: 'default', type: 'Patient', id: 'a', versionId: 2, lastUpdated: 0, method: 'PUT', deleted: false },
    ...{ compartments: ['Patient/a'], securityLabels: [] },
  }
  const event = { Records: [{ messageId: 'm', body: JSON.stringify(change) }] }
  const before = aws.requests.length
  const { results } = await run('publish', [event], {
    ...aws.environment,
    GRAPHQL_ENDPOINT: `${aws.endpoint}/graphql`,
  })
  expect(results).toEqual([{ batchItemFailures: [] }])
  const [sent, ...more] = aws.requests.slice(before)
  expect(more).toEqual([])
  expect(sent?.line).toBe('POST /graphql')
  expect(JSON.parse(sent?.body ?? '{}').variables).toEqual({
    tenant0: 'default',
    resourceType0: 'Patient',
    id0: 'a',
    versionId0: '2',
    lastUpdated0: '1970-01-01T00:00:00.000Z',
    interaction0: 'update',
    compartments0: ['Patient/a'],
  })
})

test('without what it needs, a function does not start, and says what is missing', async () => {
  const { SEARCH_PREFIX: _prefix, OBJECTS_BUCKET: _bucket, ...rest } = aws.environment
  await expect(run('index-stream', [], rest)).rejects.toThrow(/OBJECTS_BUCKET is not set.*\n.*SEARCH_PREFIX is not set/)
})
