import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appsyncEvent, cognitoIdentity } from '#test/support/appsync-events.ts'
import { type FakeAws, startFakeAws } from '#test/support/fake-aws.ts'
import { runLambda } from '#test/support/lambda-process.ts'
import { RECORDED, recordedEvent } from '#test/support/recorded-events.ts'
import { bundleLambda } from './bundle.ts'

let place: string
let aws: FakeAws

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'gateway-resolvers-'))
  await bundleLambda('resolvers', join(place, 'resolvers'))
  aws = await startFakeAws()
}, 120_000)

afterAll(async () => {
  aws.close()
  await rm(place, { recursive: true })
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
  const folder = join(place, 'resolvers')
  const { results } = await runLambda({ name: 'resolvers', folder, environment: aws.environment }, events)
  const message = 'There is no Patient/b'
  expect(results).toEqual([
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

test('what callers may do is what their groups may, however they log in', async () => {
  const read = (identity: object | null) =>
    appsyncEvent('Query', 'Patient', { arguments: { id: 'none' }, selection: '{ id }', identity })
  const events = [
    read(cognitoIdentity({ sub: 'u', 'cognito:groups': ['auditor'] })),
    read(cognitoIdentity({ sub: 'u', 'cognito:groups': ['non-practitioner'] })),
    // By OpenID Connect.
    read({ claims: { sub: 'u', 'cognito:groups': ['practitioner'] }, issuer: 'https://login.example.org', sub: 'u' }),
    // By IAM.
    read({ accountId: '123456789012', userArn: 'arn:aws:sts::123456789012:assumed-role/r/s', username: 'AROA:s' }),
    // By API key.
    read(null),
    [read(cognitoIdentity({ 'cognito:groups': ['practitioner'] }))],
  ]
  const folder = join(place, 'resolvers')
  const { results } = await runLambda({ name: 'resolvers', folder, environment: aws.environment }, events)
  const types = results.flat().map(result => (result as { readonly error?: { readonly errorType: string } }).error)
  expect(types.map(error => error?.errorType)).toEqual([
    'NotFound',
    'Forbidden',
    'NotFound',
    'Forbidden',
    'Forbidden',
    'Unauthenticated',
  ])
})

test('recorded events of every kind of login are answered by what the caller may', async () => {
  const parts = { arguments: { id: 'none' }, selection: '{ id }' }
  const roles = { jdoe: [{ interactions: ['read'], types: 'all' }] }
  const environment = {
    ...aws.environment,
    ROLES_CLAIM: 'cognito:username',
    ACCESS_ROLES: JSON.stringify(roles),
  }
  const folder = join(place, 'resolvers')
  const events = RECORDED.map(name => recordedEvent(name, 'Query', 'Patient', parts))
  const { results } = await runLambda({ name: 'resolvers', folder, environment }, events)
  const types = results.map(result => (result as { readonly error?: { readonly errorType: string } }).error?.errorType)
  expect(Object.fromEntries(RECORDED.map((name, index) => [name, types[index]]))).toEqual({
    appSyncDirectResolver: 'NotFound',
    'cognito-identity-group': 'NotFound',
    'cognito-identity-null-group': 'NotFound',
    'custom-domain-name': 'Forbidden',
    'iam-identity-cognito': 'Forbidden',
    'iam-identity-no-cognito': 'Forbidden',
    'lambda-identity': 'Unauthenticated',
    'no-identity': 'Forbidden',
    'null-prev': 'Forbidden',
    'oidc-identity': 'Forbidden',
  })
})
