import { expect, test } from 'vitest'
import { readAccess } from './access-environment.ts'
import { accessOptions } from './access-options.ts'
import { EnvironmentReader } from './environment-reader.ts'

const optionsOf = (environment: Readonly<Record<string, string>>) =>
  accessOptions(readAccess(new EnvironmentReader(environment)))

test('without a login, and without anything set, everything is allowed and served', () => {
  for (const environment of [{}, { ACCESS_ROLES: '{}' }]) {
    const options = optionsOf(environment)
    for (const narrowing of ['policy', 'hardDelete', 'resourceTypes']) expect(options).not.toHaveProperty(narrowing)
  }
})

test('with a login callers are held to their roles', () => {
  const login = { LOGIN_ISSUER: 'https://login.example.org', LOGIN_AUDIENCE: 'web' }
  expect(optionsOf({ ...login, HARD_DELETE: 'true', RESOURCE_TYPES: 'Patient' })).toMatchObject({
    policy: { permits: expect.any(Function), visible: expect.any(Function) },
    hardDelete: 'offered',
    resourceTypes: ['Patient'],
  })
})

test('a type that R4 does not have is told before anybody asks for it', () => {
  expect(() => optionsOf({ RESOURCE_TYPES: 'Patient,Pet' })).toThrow(
    expect.objectContaining({ problems: ['RESOURCE_TYPES names what is no resource type of R4: Pet.'] }),
  )
})
