import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiGatewayEvent, PRACTITIONER_CLAIMS } from '#test/support/api-gateway-events.ts'
import { type FakeAws, startFakeAws } from '#test/support/fake-aws.ts'
import { runLambda } from '#test/support/lambda-process.ts'
import { streamEvent } from '#test/support/stream-events.ts'
import { versionItem } from '#test/support/version-items.ts'
import { type BundledFile, bundleLambda, bytesOf, initialOf, LAMBDA_NAMES, type LambdaName } from './bundle.ts'

/** On a busy machine. */
const BUNDLING_MS = 120_000

let place: string
let aws: FakeAws
const bundles = new Map<LambdaName, readonly BundledFile[]>()

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-bundle-'))
  await Promise.all(LAMBDA_NAMES.map(async name => bundles.set(name, await bundleLambda(name, join(place, name)))))
  aws = await startFakeAws()
}, BUNDLING_MS)

afterAll(async () => {
  aws.close()
  await rm(place, { recursive: true })
})

/** Loaded where a request asks for what they do, by no function's start. */
const LAZY_PACKAGES = ['@aws-sdk/client-s3', '@lhncbc/ucum-lhc', 'bowser', 'fhirpath']

/** In Lambda there is neither, and nothing that is loaded could use them. */
const ABSENT = ['@aws-sdk/credential-provider-sso', '@aws-sdk/nested-clients', 'ws']

test.each([
  ['rest', 660],
  ['resolvers', 625],
  ['index-stream', 550],
  ['dispatch', 515],
  ['publish', 220],
  ['sweep', 525],
] as const)('%s starts by loading less than %i KB, nothing of which is for rare requests', (name, kilobytes) => {
  const files = bundles.get(name) ?? []
  const initial = initialOf(files)
  expect(bytesOf(initial)).toBeLessThan(kilobytes * 1024)
  const loaded = new Set(initial.flatMap(({ packages }) => packages))
  expect(LAZY_PACKAGES.filter(each => loaded.has(each))).toEqual([])
  const held = new Set(files.flatMap(({ packages }) => packages))
  expect(ABSENT.filter(each => held.has(each))).toEqual([])
})

test('the first unit is understood, by what is loaded then', async () => {
  const observation = {
    resourceType: 'Observation',
    id: 'weight',
    status: 'final',
    code: { text: 'weight' },
    valueQuantity: { value: 5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  }
  const image = versionItem({ content: observation })
  const folder = join(place, 'index-stream')
  const events = [streamEvent({ image })]
  const { results } = await runLambda({ name: 'index-stream', folder, environment: aws.environment }, events)
  expect(results).toEqual([{ batchItemFailures: [] }])
  const documents = aws.requests.filter(({ line }) => line === 'POST /_bulk').map(({ body }) => body)
  expect(documents.at(-1)).toContain('"low":5000,"high":5000,"unit":["t:http://unitsofmeasure.org#canonical|g"')
})

test('what any request may load besides is bounded, too', () => {
  const rare = ['fhirpath', '@lhncbc/ucum-lhc']
  const others = (bundles.get('rest') ?? []).filter(({ packages }) => !packages.some(each => rare.includes(each)))
  expect(bytesOf(others)).toBeLessThan(1150 * 1000)
})

const BASE = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod/fhir'
const REQUEST_ID = '3f1c2d4e-5a6b-7c8d-9e0f-1a2b3c4d5e6f'

const answer = (statusCode: number, body: unknown, others: object = {}) => ({
  statusCode,
  headers: {
    'Content-Type': 'application/fhir+json; charset=utf-8',
    'Cache-Control': 'private, no-cache',
    Vary: 'Accept, Accept-Encoding, Authorization, Origin',
    'X-Request-Id': REQUEST_ID,
    ...others,
  },
  body,
  isBase64Encoded: false,
})

const refusal = (code: string, diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, diagnostics }],
})

interface Answered {
  readonly statusCode: number
  readonly body: unknown
}

async function answersOf(events: readonly unknown[]): Promise<readonly Answered[]> {
  const { results } = await runLambda(
    { name: 'rest', folder: join(place, 'rest'), environment: aws.environment },
    events,
  )
  return (results as readonly { readonly statusCode: number; readonly body: string }[]).map(result => ({
    ...result,
    body: JSON.parse(result.body),
  }))
}

test('it answers events of API Gateway, with nothing beside it but its tables', async () => {
  const patient = { resourceType: 'Patient', id: 'a', name: [{ family: 'Shaw' }] }
  const FHIR = { 'Content-Type': ['application/fhir+json'] }
  const results = await answersOf([
    apiGatewayEvent({ method: 'PUT', path: '/fhir/Patient/a', headers: FHIR, body: JSON.stringify(patient) }),
    apiGatewayEvent({ path: '/fhir/Patient', query: { family: ['shaw'], _summary: ['count'] } }),
    apiGatewayEvent({ path: '/fhir/Patient/b', headers: { 'X-Request-Id': ['mine'] } }),
    apiGatewayEvent({ path: '/elsewhere' }),
  ])
  expect(results).toEqual([
    answer(
      201,
      { ...patient, meta: { versionId: '1', lastUpdated: expect.any(String) } },
      {
        ETag: 'W/"1"',
        'Last-Modified': expect.any(String),
        Location: `${BASE}/Patient/a/_history/1`,
        'Content-Location': `${BASE}/Patient/a/_history/1`,
      },
    ),
    answer(200, {
      resourceType: 'Bundle',
      type: 'searchset',
      total: 1,
      link: [{ relation: 'self', url: `${BASE}/Patient?family=shaw&_summary=count` }],
    }),
    answer(404, refusal('not-found', 'There is no Patient/b'), { 'X-Request-Id': 'mine' }),
    answer(404, refusal('not-found', 'There is no FHIR address here.')),
  ])
})

test('what callers may do is what their groups may', async () => {
  const invoice = { resourceType: 'Invoice', id: 'i', status: 'issued' }
  const as = (groups: string | undefined, method: string, path: string, body?: object) =>
    apiGatewayEvent({
      ...{ method, path: `/fhir${path}` },
      claims: { ...PRACTITIONER_CLAIMS, 'cognito:groups': groups ?? '' },
      ...(body && { headers: { 'Content-Type': ['application/fhir+json'] }, body: JSON.stringify(body) }),
    })
  const results = await answersOf([
    as('practitioner', 'PUT', '/Invoice/i', invoice),
    as('non-practitioner', 'GET', '/Invoice/i'),
    as('non-practitioner', 'PUT', '/Invoice/i', invoice),
    as('auditor', 'GET', '/Invoice/i'),
    as('auditor,non-practitioner', 'GET', '/Invoice/i'),
    as(undefined, 'GET', '/Invoice/i'),
    apiGatewayEvent({ path: '/fhir/Invoice/i', claims: null }),
    apiGatewayEvent({ path: '/fhir/Invoice/i', claims: { 'cognito:groups': 'practitioner' } }),
    apiGatewayEvent({ path: '/fhir/metadata', claims: null }),
  ])
  expect(results.map(({ statusCode }) => statusCode)).toEqual([201, 200, 403, 403, 200, 403, 403, 401, 200])
  expect(results[3]?.body).toEqual(refusal('forbidden', 'The caller may not read this Invoice'))
  expect(results[7]?.body).toEqual(refusal('login', 'The token names nobody: it has no claim sub'))
})

test('tenants see nothing of each other, and a login without one is no use', async () => {
  const env = { ...aws.environment, TENANCY: 'multi' }
  const patient = { resourceType: 'Patient', id: 'one' }
  const as = (tenant: string | undefined, method: string, body?: object) =>
    apiGatewayEvent({
      ...{ method, path: '/fhir/Patient/one' },
      claims: { ...PRACTITIONER_CLAIMS, ...(tenant && { 'custom:tenantId': tenant }) },
      ...(body && { headers: { 'Content-Type': ['application/fhir+json'] }, body: JSON.stringify(body) }),
    })
  const events = [
    as('east', 'PUT', patient),
    as('east', 'GET'),
    as('west', 'GET'),
    as(undefined, 'GET'),
    as('a/b', 'GET'),
  ]
  const { results } = await runLambda({ name: 'rest', folder: join(place, 'rest'), environment: env }, events)
  expect(results.map(result => (result as { readonly statusCode: number }).statusCode)).toEqual([
    201, 200, 404, 403, 403,
  ])
})

test('bodies and answers may be bytes', async () => {
  const body = gzipSync(JSON.stringify({ resourceType: 'Patient', id: 'zip', name: [{ text: 'x'.repeat(3000) }] }))
  const headers = {
    'Content-Type': ['application/fhir+json'],
    'Content-Encoding': ['gzip'],
    'Accept-Encoding': ['gzip'],
  }
  const event = apiGatewayEvent({
    ...{ method: 'PUT', path: '/fhir/Patient/zip', headers },
    ...{ body: body.toString('base64'), isBase64Encoded: true },
  })
  const environment = aws.environment
  const { results } = await runLambda({ name: 'rest', folder: join(place, 'rest'), environment }, [event])
  const [result] = results as readonly { readonly body: string; readonly isBase64Encoded: boolean }[]
  expect(result).toMatchObject({ statusCode: 201, isBase64Encoded: true, headers: { 'Content-Encoding': 'gzip' } })
  expect(JSON.parse(gunzipSync(Buffer.from(result?.body ?? '', 'base64')).toString())).toMatchObject({ id: 'zip' })
})

test('a request is one line of the log, which names its trace where it is traced, and no patient', async () => {
  const environment = { ...aws.environment, TRACING: 'true', _X_AMZN_TRACE_ID: 'Root=1-67-ab;Parent=cd;Sampled=1' }
  const event = apiGatewayEvent({ path: '/fhir/Patient/secret-id', query: { family: ['SecretFamily'] } })
  const { output } = await runLambda({ name: 'rest', folder: join(place, 'rest'), environment }, [event])
  expect(
    output
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
  ).toEqual([
    {
      time: expect.any(String),
      level: 'info',
      message: 'Request',
      traceId: '1-67-ab',
      requestId: REQUEST_ID,
      method: 'GET',
      status: 404,
      durationMs: expect.any(Number),
      isFirst: true,
    },
  ])
})

test('no log holds content, names, queries or claims, whatever goes wrong, at any level', async () => {
  const mark = 'Zyxwvut'
  const headers = { 'Content-Type': ['application/fhir+json'] }
  const patient = { resourceType: 'Patient', id: 'm', name: [{ family: mark }] }
  const send = (method: string, path: string, body?: string, others: object = {}) =>
    apiGatewayEvent({
      ...{ method, path: `/fhir${path}`, headers: { ...headers, ...others } },
      claims: { ...PRACTITIONER_CLAIMS, email: `${mark}@example.org` },
      ...(body !== undefined && { body }),
    })
  const bundle = (...entry: readonly object[]) => JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry })
  const request = { method: 'POST', url: 'Patient' }
  const events = [
    send('PUT', '/Patient/m', JSON.stringify(patient)),
    send('PUT', '/Patient/m', JSON.stringify({ ...patient, [mark]: mark, birthDate: mark })),
    send('PUT', '/Patient/m', `{"${mark}`),
    send('PUT', `/${mark}/${mark}`, JSON.stringify(patient)),
    send('POST', `/$${mark}`, JSON.stringify(patient)),
    send('POST', '', bundle({ resource: patient, request }, { resource: { ...patient, id: mark, x: mark }, request })),
    send('POST', '', bundle({ resource: patient, request }), { Prefer: ['respond-async'] }),
    send('POST', '', JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: mark }] }), {
      Prefer: ['respond-async'],
    }),
    apiGatewayEvent({
      path: '/fhir/Patient',
      query: { family: [mark], [mark]: [mark] },
      headers: { 'X-Request-Id': ['r'] },
    }),
    apiGatewayEvent({ path: '/fhir/Patient', query: { family: [mark] }, claims: { sub: '', email: mark } }),
  ]
  const environment = { ...aws.environment, LOG_LEVEL: 'debug' }
  const { results, output } = await runLambda({ name: 'rest', folder: join(place, 'rest'), environment }, events)
  const statuses = (results as readonly Answered[]).map(({ statusCode }) => statusCode)
  expect(statuses).toEqual([201, 422, 400, 404, 404, 200, 202, 400, 400, 401])
  expect(output).not.toContain(mark)
  expect(
    output
      .trimEnd()
      .split('\n')
      .filter(line => line.includes('"Request"')),
  ).toHaveLength(events.length)
  const [job] = aws.requests
    .filter(({ line }) => line === 'SendMessage')
    .map(({ body }) => JSON.parse(body).MessageBody)
  expect(JSON.parse(job ?? '')).toEqual({ tenant: 'default', id: expect.any(String) })
  const attributes = { ApproximateReceiveCount: '1' }
  const event = { Records: [{ messageId: '1', receiptHandle: 'r', attributes, body: job }] }
  const worked = await runLambda({ name: 'jobs', folder: join(place, 'jobs'), environment }, [event])
  expect(worked.output).not.toContain(mark)
})
