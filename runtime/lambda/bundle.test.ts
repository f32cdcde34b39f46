import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiGatewayEvent } from '#test/support/api-gateway-events.ts'
import { type FakeAws, startFakeAws } from '#test/support/fake-aws.ts'
import { runLambda } from '#test/support/lambda-process.ts'
import { type BundledFile, bundleLambda, bytesOf, initialOf, LAMBDA_NAMES, type LambdaName } from './bundle.ts'

let place: string
let aws: FakeAws
const bundles = new Map<LambdaName, readonly BundledFile[]>()

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-bundle-'))
  for (const name of LAMBDA_NAMES) bundles.set(name, await bundleLambda(name, join(place, name)))
  aws = await startFakeAws()
})

afterAll(async () => {
  aws.close()
  await rm(place, { recursive: true })
})

/** Loaded where a request asks for what they do, by no function's start. */
const LAZY_PACKAGES = ['@aws-sdk/client-s3', '@lhncbc/ucum-lhc', 'bowser', 'fhirpath']

/** In Lambda there is neither, and nothing that is loaded could use them. */
const ABSENT = ['@aws-sdk/credential-provider-sso', '@aws-sdk/nested-clients', 'ws']

test.each([
  ['rest', 500],
  ['resolvers', 500],
  ['index-stream', 450],
  ['dispatch', 420],
] as const)('%s starts by loading less than %i KB, nothing of which is for rare requests', (name, kilobytes) => {
  const files = bundles.get(name) ?? []
  const initial = initialOf(files)
  expect(bytesOf(initial)).toBeLessThan(kilobytes * 1024)
  const loaded = new Set(initial.flatMap(({ packages }) => packages))
  expect(LAZY_PACKAGES.filter(each => loaded.has(each))).toEqual([])
  const held = new Set(files.flatMap(({ packages }) => packages))
  expect(ABSENT.filter(each => held.has(each))).toEqual([])
})

test('the REST bundle but for FHIRPath and units is small', () => {
  const ordinary = (bundles.get('rest') ?? []).filter(
    ({ packages }) => !packages.some(each => each === 'fhirpath' || each === '@lhncbc/ucum-lhc'),
  )
  expect(bytesOf(ordinary)).toBeLessThan(700 * 1000)
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

async function answersOf(events: readonly unknown[]) {
  const { results } = await runLambda(
    { name: 'rest', folder: join(place, 'rest'), environment: aws.environment },
    events,
  )
  return results.map(result => ({ ...(result as object), body: JSON.parse((result as { body: string }).body) }))
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
