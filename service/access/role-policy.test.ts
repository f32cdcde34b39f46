import { expect, test } from 'vitest'
import { testCall } from '#test/support/test-call.ts'
import { INTERACTION_CODES } from './policy.ts'
import { rolePolicy } from './role-policy.ts'
import { DEFAULT_ROLES, parseRoles } from './roles.ts'

const policy = rolePolicy(DEFAULT_ROLES)

const callOf = (...roles: readonly string[]) => testCall({ caller: { subject: 'ann', roles } })

/** What a caller of these roles may do, of all that there is. */
const permitted = (roles: readonly string[], type: string | undefined): readonly string[] =>
  INTERACTION_CODES.filter(code => policy.permits(callOf(...roles), code, type))

const READING = ['read', 'vread', 'history-instance', 'history-type', 'search-type']
const OPEN = ['capabilities']
const ALL = [...INTERACTION_CODES]
const inOrder = (codes: readonly string[]) => INTERACTION_CODES.filter(code => codes.includes(code))

test.each([
  [['practitioner'], 'Patient', ALL, 'everything'],
  [['practitioner'], 'Invoice', ALL, 'everything'],
  [['non-practitioner'], 'Patient', OPEN, 'nothing'],
  [['non-practitioner'], 'Invoice', inOrder([...READING, ...OPEN]), 'everything'],
  [['non-practitioner'], 'ExplanationOfBenefit', inOrder([...READING, ...OPEN]), 'everything'],
  [['auditor'], 'Patient', inOrder([...READING, ...OPEN]), 'everything'],
  [['auditor'], 'Observation', OPEN, 'nothing'],
  [['auditor', 'non-practitioner'], 'Invoice', inOrder([...READING, ...OPEN]), 'everything'],
  [['auditor', 'practitioner'], 'Observation', ALL, 'everything'],
  [['Practitioner'], 'Patient', OPEN, 'nothing'],
  [['constructor'], 'Patient', OPEN, 'nothing'],
  [[], 'Patient', OPEN, 'nothing'],
] as const)('%j and %s', (roles, type, codes, visible) => {
  expect(permitted(roles, type)).toEqual(codes)
  expect(policy.visible(callOf(...roles), type)).toEqual({ kind: visible })
})

test('of the whole system only practitioners do more than read capabilities', () => {
  expect(permitted(['practitioner'], undefined)).toEqual(ALL)
  expect(inOrder(permitted(['auditor'], undefined)).filter(code => !READING.includes(code))).toEqual(OPEN)
  expect(permitted([], undefined)).toEqual(OPEN)
})

test('a caller without a login has no role', () => {
  expect(policy.permits(testCall({}), 'read', 'Patient')).toBe(false)
})

test('a role that only writes sees nothing', () => {
  const { permits, visible } = rolePolicy({ device: [{ interactions: ['create'], types: ['Observation'] }] })
  const call = callOf('device')
  expect([permits(call, 'create', 'Observation'), permits(call, 'create', 'Patient')]).toEqual([true, false])
  expect(visible(call, 'Observation')).toEqual({ kind: 'nothing' })
})

test('roles are read from JSON, and what is wrong with them is said', () => {
  expect(parseRoles(JSON.stringify(DEFAULT_ROLES))).toEqual({ roles: DEFAULT_ROLES })
  const problemOf = (text: string) => {
    const parsed = parseRoles(text)
    return 'problem' in parsed ? parsed.problem : undefined
  }
  expect(problemOf('{')).toBe('is no JSON')
  expect(problemOf('[]')).toBe('must be an object of roles')
  expect(problemOf('{"a":{}}')).toBe("has a role 'a' that is no list of rules")
  expect(problemOf('{"a":[1]}')).toBe("has a role 'a' with a rule that is no object")
  expect(problemOf('{"a":[{"interactions":"all","types":"all","x":1}]}')).toBe(
    "has a role 'a' with a rule that has 'x': there are interactions and types",
  )
  expect(problemOf('{"a":[{"interactions":["look"],"types":"all"}]}')).toContain(
    'has a role \'a\' whose interactions are neither "all" nor a list of read, vread,',
  )
  expect(problemOf('{"a":[{"interactions":"all","types":["patient"]}]}')).toBe(
    'has a role \'a\' whose types are neither "all" nor a list of resource types',
  )
})
