import { expect, test } from 'vitest'
import { Fault } from '#service/index.ts'
import { identityOf } from './identity.ts'

const SINGLE = { tenancy: 'single', rolesClaim: 'cognito:groups', tenantClaim: 'custom:tenantId' } as const
const MULTI = { ...SINGLE, tenancy: 'multi' } as const

function categoryOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (failure) {
    return Fault.is(failure) ? failure.category : 'another error'
  }
}

test('a list of groups is one, and so is the text that API Gateway makes of it', () => {
  const caller = { subject: 'u1', roles: ['practitioner', 'auditor'], client: 'web' }
  const claims = { sub: 'u1', aud: 'web', 'custom:tenantId': 'clinic' }
  for (const groups of [['practitioner', 'auditor'], 'practitioner,auditor', 'practitioner auditor'])
    expect(identityOf({ ...claims, 'cognito:groups': groups }, SINGLE)).toEqual({ tenant: 'default', caller })
})

test('nobody has a role without groups', () => {
  for (const groups of [undefined, null, '', [], 7, { practitioner: true }])
    expect(identityOf({ sub: 'u1', 'cognito:groups': groups }, SINGLE).caller).toEqual({ subject: 'u1', roles: [] })
})

test('with many tenants the token names the one, and nothing else does', () => {
  expect(identityOf({ sub: 'u1', 'custom:tenantId': 'clinic-7' }, MULTI).tenant).toBe('clinic-7')
  for (const tenant of [undefined, '', 'a/b', 'a#b', 'x'.repeat(65), ['clinic'], 7])
    expect(categoryOf(() => identityOf({ sub: 'u1', 'custom:tenantId': tenant }, MULTI))).toBe('forbidden')
})

test('claims without a subject are no login', () => {
  for (const sub of [undefined, '', 7]) expect(categoryOf(() => identityOf({ sub }, SINGLE))).toBe('unauthenticated')
})
