import { describe, expect, it, test } from 'vitest'
import { BATCH_EVENT, readRecorded } from '#test/support/recorded-events.ts'
import { ANONYMOUS, type IdentityTerms } from '../identity.ts'
import { appsyncIdentity } from './caller.ts'

const TERMS: IdentityTerms = { tenancy: 'single', rolesClaim: 'cognito:groups', tenantClaim: 'custom:tenantId' }

const JDOE = { subject: '192879fc-a240-4bf1-ab5a-d6a00f3063f9', client: '7471s60os7h0uu77i1tk27sp9n' }
const ROLE_ARN = 'arn:aws:sts::012345678901:assumed-role/role'

const callerOf = (identity: unknown, terms = TERMS) => appsyncIdentity({ identity }, terms)

describe('of a recorded event', () => {
  test.each([
    ['cognito-identity-null-group', { ...JDOE, roles: [] }],
    ['appSyncDirectResolver', { ...JDOE, roles: [] }],
    // Roles are what the token says, as on REST; AppSync's own list is not asked.
    ['cognito-identity-group', { ...JDOE, roles: [] }],
    ['oidc-identity', { subject: 'sub', roles: [] }],
    ['iam-identity-cognito', { subject: ROLE_ARN, roles: [] }],
    ['iam-identity-no-cognito', { subject: ROLE_ARN, roles: [] }],
    ['no-identity', ANONYMOUS.caller],
    ['null-prev', ANONYMOUS.caller],
    ['custom-domain-name', ANONYMOUS.caller],
    [BATCH_EVENT, ANONYMOUS.caller],
  ])('the caller of %s', (name, caller) => {
    expect(appsyncIdentity(readRecorded(name), TERMS)).toEqual({ tenant: 'default', caller })
  })

  test('a claim of another name may hold the roles', () => {
    const terms = { ...TERMS, rolesClaim: 'cognito:username' }
    expect(appsyncIdentity(readRecorded('cognito-identity-group'), terms).caller.roles).toEqual(['jdoe'])
  })

  test('a Lambda authorizer that names nobody lets nobody in', () => {
    const refused = () => appsyncIdentity(readRecorded('lambda-identity'), TERMS)
    expect(refused).toThrow(expect.objectContaining({ category: 'unauthenticated' }))
  })
})

it('is what a Lambda authorizer says, which can say text alone', () => {
  const resolverContext = {
    sub: 'anna',
    'cognito:groups': 'nurse,auditor',
    'custom:tenantId': 'north',
    client_id: 'web',
  }
  const caller = { subject: 'anna', roles: ['nurse', 'auditor'], client: 'web' }
  expect(callerOf({ resolverContext })).toEqual({ tenant: 'default', caller })
  expect(callerOf({ resolverContext }, { ...TERMS, tenancy: 'multi' })).toEqual({ tenant: 'north', caller })
})

it('is nobody for what has no identity', () => {
  for (const event of [undefined, null, {}, [], [null], { identity: null }, 'text']) {
    expect(appsyncIdentity(event, TERMS)).toEqual(ANONYMOUS)
  }
})
