import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appsyncEvent } from '#test/support/appsync-events.ts'
import { type BundleSize, bundleLambda } from './bundle.ts'

let place: string
let sizes: readonly BundleSize[]

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-resolvers-'))
  sizes = await bundleLambda('resolvers', join(place, 'resolvers'))
})

afterAll(() => rm(place, { recursive: true }))

test('the bundle is small enough to start quickly, and holds no GraphQL schema', () => {
  expect(sizes.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1200 * 1024)
})

test('it answers events of AppSync', async () => {
  const events = [
    appsyncEvent('Mutation', 'PatientUpdate', {
      arguments: { id: 'a', res: { name: [{ family: 'Shaw' }], gender: null } },
      selection: '{ id name { family } }',
    }),
    appsyncEvent('Query', 'PatientList', {
      arguments: { family: ['shaw'], name: null },
      selection: '{ id ConditionList(_reference: "patient") { id } }',
    }),
    [
      appsyncEvent('Reference', 'resource', {
        source: { reference: 'Patient/a' },
        selection: '{ ... on Patient { id } }',
      }),
    ],
    appsyncEvent('Query', 'Patient', { arguments: { id: 'b' }, selection: '{ id }' }),
  ]
  const script = join(place, 'invoke.mjs')
  await writeFile(
    script,
    `import { handler } from ${JSON.stringify(join(place, 'resolvers/runtime/resolvers.mjs'))}
     const results = []
     for (const event of ${JSON.stringify(events)})
       results.push(await handler(event, { awsRequestId: 'r', getRemainingTimeInMillis: () => 29_000 }))
     process.stdout.write(JSON.stringify(results), () => process.exit(0))`,
  )
  const env = { ...process.env, DATA_DIR: join(place, 'data') }
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env })
  const message = 'There is no Patient/b'
  expect(JSON.parse(stdout)).toEqual([
    { data: { id: 'a', name: [{ family: 'Shaw' }] } },
    { data: [{ id: 'a', 'ConditionList({"_reference":["patient"]})': { data: [] } }] },
    [{ data: { __typename: 'Patient', id: 'a' } }],
    {
      error: {
        message,
        errorType: 'NotFound',
        errorInfo: {
          category: 'not-found',
          resource: {
            resourceType: 'OperationOutcome',
            issue: [{ severity: 'error', code: 'not-found', diagnostics: message }],
          },
        },
      },
    },
  ])
})
