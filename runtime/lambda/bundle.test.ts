import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiGatewayEvent } from '#test/support/api-gateway-events.ts'
import { type BundleSize, bundleLambda } from './bundle.ts'

let place: string
let sizes: readonly BundleSize[]

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-bundle-'))
  sizes = await bundleLambda('rest', join(place, 'rest'))
})

afterAll(() => rm(place, { recursive: true }))

test('the REST bundle is small enough to start quickly', () => {
  expect(sizes.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1200 * 1024)
})

/** Sends events to the handler of the bundle in a process of its own, as Lambda does. */
async function runInLambda(events: readonly unknown[]): Promise<readonly unknown[]> {
  const script = join(place, 'invoke.mjs')
  await writeFile(
    script,
    `import { handler } from ${JSON.stringify(join(place, 'rest/runtime/rest.mjs'))}
     const results = []
     for (const event of ${JSON.stringify(events)})
       results.push(await handler(event, { getRemainingTimeInMillis: () => 29_000 }))
     process.stdout.write(JSON.stringify(results), () => process.exit(0))`,
  )
  const env = { ...process.env, DATA_DIR: join(place, 'data') }
  return JSON.parse((await promisify(execFile)(process.execPath, [script], { env })).stdout)
}

test('it answers events of API Gateway, with nothing beside it but its tables', async () => {
  const patient = { resourceType: 'Patient', id: 'a', name: [{ family: 'Shaw' }] }
  const FHIR = { 'Content-Type': ['application/fhir+json'] }
  const results = await runInLambda([
    apiGatewayEvent({ method: 'PUT', path: '/fhir/Patient/a', headers: FHIR, body: JSON.stringify(patient) }),
    apiGatewayEvent({ path: '/fhir/Patient', query: { family: ['shaw'], _summary: ['count'] } }),
    apiGatewayEvent({ path: '/fhir/Patient/b', headers: { 'X-Request-Id': ['mine'] } }),
    apiGatewayEvent({ path: '/elsewhere' }),
  ])
  const base = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod/fhir'
  const requestId = '3f1c2d4e-5a6b-7c8d-9e0f-1a2b3c4d5e6f'
  const headers = {
    'Content-Type': 'application/fhir+json; charset=utf-8',
    'Cache-Control': 'private, no-cache',
    Vary: 'Accept, Accept-Encoding, Authorization, Origin',
    'X-Request-Id': requestId,
  }
  const answer = (statusCode: number, body: unknown, others: object = {}) => ({
    statusCode,
    headers: { ...headers, ...others },
    body,
    isBase64Encoded: false,
  })
  const issue = (diagnostics: string) => [{ severity: 'error', code: 'not-found', diagnostics }]
  expect(
    results.map(result => ({ ...(result as object), body: JSON.parse((result as { body: string }).body) })),
  ).toEqual([
    answer(
      201,
      { ...patient, meta: { versionId: '1', lastUpdated: expect.any(String) } },
      {
        ETag: 'W/"1"',
        'Last-Modified': expect.any(String),
        Location: `${base}/Patient/a/_history/1`,
        'Content-Location': `${base}/Patient/a/_history/1`,
      },
    ),
    answer(200, {
      resourceType: 'Bundle',
      type: 'searchset',
      total: 1,
      link: [{ relation: 'self', url: `${base}/Patient?family=shaw&_summary=count` }],
    }),
    answer(
      404,
      { resourceType: 'OperationOutcome', issue: issue('There is no Patient/b') },
      { 'X-Request-Id': 'mine' },
    ),
    answer(404, { resourceType: 'OperationOutcome', issue: issue('There is no FHIR address here.') }),
  ])
})
