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

const WORKERS = ['index-stream', 'dispatch', 'publish', 'jobs', 'sweep', 'redrive', 'reindex'] as const

/** On a busy machine. */
const BUNDLING_MS = 120_000

let place: string
let aws: FakeAws

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-workers-'))
  await Promise.all(WORKERS.map(name => bundleLambda(name, join(place, name))))
  aws = await startFakeAws()
}, BUNDLING_MS)

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
    {
      _index: 'fhir-000001',
      _id: 'default/Patient/a',
      version: 2 ** 29 + EXTRACTOR_GENERATION,
      version_type: 'external',
    },
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

/** As an event source mapping of a FIFO queue hands them over. */
const queueEvent = (...bodies: readonly object[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `059f36b4-87a3-44ab-83d2-66197${index}`,
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
    body: JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1706933106000',
      SequenceNumber: `1885${index}`,
      MessageGroupId: 'f00',
      SenderId: 'AROA:dispatch',
      MessageDeduplicationId: `f00.${index}`,
      ApproximateFirstReceiveTimestamp: '1706933106001',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:changes.fifo',
    awsRegion: 'eu-central-1',
  })),
})

test('publish tells AppSync of what is in the queue, and has it come again where AppSync does not answer', async () => {
  const change = {
    tenant: 'default',
    type: 'Patient',
    id: 'a',
    versionId: 1,
    lastUpdated: 1_706_933_106_000,
    method: 'PUT',
    deleted: false,
    compartments: ['Patient/a'],
  }
  const environment = { ...aws.environment, GRAPHQL_ENDPOINT: `${aws.endpoint}/graphql` }
  const { results } = await run('publish', [queueEvent(change)], environment)
  expect(results).toEqual([{ batchItemFailures: [] }])
  const [sent] = aws.requests.filter(({ line }) => line === 'POST /graphql').map(({ body }) => JSON.parse(body))
  expect(sent.query).toContain('publishResourceChange')
  expect(Object.values(sent.variables)).toEqual(expect.arrayContaining(['Patient', 'a']))
  const away = { ...environment, GRAPHQL_ENDPOINT: 'http://127.0.0.1:1/graphql' }
  const again = await run('publish', [queueEvent(change)], away)
  expect(again.results).toEqual([{ batchItemFailures: [{ itemIdentifier: '059f36b4-87a3-44ab-83d2-661970' }] }])
})

test('jobs takes what the queue brings, and lets go of what is not there any more', async () => {
  const { results, output } = await run('jobs', [queueEvent({ tenant: 'default', id: 'gone' })], aws.environment)
  expect(results).toEqual([null])
  expect(JSON.parse(output)).toMatchObject({ level: 'info', message: 'Job', job: 'gone', outcome: 'nothing' })
  const hidden = aws.requests
    .filter(({ line }) => line === 'ChangeMessageVisibility')
    .map(({ body }) => JSON.parse(body))
  expect(hidden).toEqual([
    {
      QueueUrl: aws.environment.JOBS_QUEUE_URL,
      ReceiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      VisibilityTimeout: 35,
    },
  ])
})

test('sweep is called by the clock, and says what it has done', async () => {
  const event = {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: '2024-02-03T04:05:06Z',
    region: 'eu-central-1',
    resources: ['arn:aws:events:eu-central-1:123456789012:rule/sweep'],
    detail: {},
  }
  const { output } = await run('sweep', [event], aws.environment)
  const lines = output
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.filter(({ level }) => level === 'error')).toEqual([])
  expect(lines).toContainEqual(expect.objectContaining({ stage: 'prod', worker: 'sweep', Swept: 0 }))
})

test('redrive has nothing to do where nothing is refused', async () => {
  const { results } = await run('redrive', [{}], aws.environment)
  expect(results).toEqual([{ indexed: 0, left: 0, dropped: 0, lostBatches: 0 }])
})

test('reindex refuses what it can not do', async () => {
  await expect(run('reindex', [{ segments: 0 }], aws.environment)).rejects.toThrow(
    'segments must be a whole number from 1 to 100',
  )
})
