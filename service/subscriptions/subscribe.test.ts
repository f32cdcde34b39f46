import { describe, expect, test } from 'vitest'
import { faultOf, testWorld } from '#test/support/test-world.ts'
import type { AccessPolicy } from '../access/policy.ts'
import type { Node } from '../search/ast.ts'
import { resourceChangeOf } from './resource-change.ts'

const compartment = (id: string): Node => ({ kind: 'compartment', compartment: `Patient/${id}` })
const or = (...nodes: readonly Node[]): Node => ({ kind: 'or', nodes })

const seeing = (visible: (type: string) => Node): AccessPolicy => ({
  permits: (_call, _interaction, type) => type !== 'AuditEvent',
  visible: (_call, type) => visible(type),
})

const everything = seeing(() => ({ kind: 'everything' }))
const family = seeing(type =>
  type === 'Organization' ? { kind: 'everything' } : or(compartment('a'), compartment('b')),
)

const subscribe = (policy: AccessPolicy, request: object) => {
  const { service, call } = testWorld({ policy })
  return service.subscribe(call, request)
}

const { call } = testWorld()
const { tenant } = call

describe('who may see everything', () => {
  test.each([
    [{ resourceType: 'Observation' }, { resourceType: 'Observation' }],
    [
      { resourceType: 'Patient', id: 'a' },
      { resourceType: 'Patient', id: 'a' },
    ],
    [
      { resourceType: 'Observation', patient: 'a' },
      { resourceType: 'Observation', compartments: ['Patient/a'] },
    ],
  ])('%j', async (request, filter) => {
    expect(await subscribe(everything, request)).toEqual({ tenant, ...filter })
  })

  test('of all types at once, where that is all types', async () => {
    const all: AccessPolicy = { ...everything, permits: () => true }
    expect(await subscribe(all, {})).toEqual({ tenant })
    expect(await subscribe(all, { patient: 'a' })).toEqual({ tenant, compartments: ['Patient/a'] })
    expect(await faultOf(subscribe(everything, {}))).toMatchObject({
      category: 'forbidden',
      issues: [{ diagnostics: 'The caller may not read all types of resources: name one in resourceType' }],
    })
  })
})

describe('who may see some compartments', () => {
  test.each([
    [{ resourceType: 'Observation' }, { resourceType: 'Observation', compartments: ['Patient/a', 'Patient/b'] }],
    [
      { resourceType: 'Observation', patient: 'b' },
      { resourceType: 'Observation', compartments: ['Patient/b'] },
    ],
    [{ resourceType: 'Organization' }, { resourceType: 'Organization' }],
  ])('%j', async (request, filter) => {
    expect(await subscribe(family, request)).toEqual({ tenant, ...filter })
  })

  test.each([
    [family, { resourceType: 'Observation', patient: 'c' }, 'forbidden', 'The caller may not read this Patient'],
    [family, { resourceType: 'AuditEvent' }, 'forbidden', 'The caller may not read this AuditEvent'],
    [
      seeing(type => (type === 'Device' ? { kind: 'everything' } : compartment('a'))),
      { resourceType: 'Observation', id: 'x', patient: 'y' },
      'forbidden',
      'The caller may not read this Patient',
    ],
    [
      seeing(() => ({ kind: 'not', node: compartment('a') })),
      { resourceType: 'Observation' },
      'forbidden',
      'What the caller may see depends on the content of resources, which live updates do not read',
    ],
    [
      seeing(() => or(...Array.from({ length: 21 }, (_, index) => compartment(String(index))))),
      { resourceType: 'Observation' },
      'too-costly',
      'The caller may see 21 compartments, and 20 at most can be listened to at once: name one patient',
    ],
  ])('refused: %#', async (policy, request, category, message) => {
    expect(await faultOf(subscribe(policy, request))).toMatchObject({ category, issues: [{ diagnostics: message }] })
  })

  test('rules that differ from type to type need a type', async () => {
    const policy: AccessPolicy = { ...family, permits: () => true }
    expect(await faultOf(subscribe(policy, {}))).toMatchObject({
      category: 'forbidden',
      issues: [{ diagnostics: 'What the caller may see differs from type to type: name one in resourceType' }],
    })
  })
})

test.each([
  [{ resourceType: 'Pation' }, 'not-found', "FHIR R4 (4.0.1) has no resource type 'Pation'"],
  [{ id: 'a' }, 'invalid', 'id needs resourceType beside it: resources of several types may have one id'],
  [{ resourceType: 'Patient', id: 'a b' }, 'invalid', 'id takes a logical id, not "a b"'],
  [{ resourceType: 'Patient', patient: 'Patient/a' }, 'invalid', 'patient takes a logical id, not "Patient/a"'],
])('%j is refused', async (request, category, message) => {
  expect(await faultOf(subscribe(everything, request))).toMatchObject({ category, issues: [{ diagnostics: message }] })
})

test('where somebody listens is said before the answer', async () => {
  const heard: string[] = []
  const { service, call } = testWorld({
    wrap: ports => ({
      ...ports,
      listeners: {
        listen: async tenant => {
          heard.push(tenant)
        },
        isHeard: async () => false,
      },
    }),
  })
  await service.subscribe(call, { resourceType: 'Patient' })
  await faultOf(service.subscribe(call, { resourceType: 'Pation' }))
  expect(heard).toEqual([tenant])
})

const committed = {
  tenant,
  type: 'Observation',
  id: 'o',
  versionId: 1,
  lastUpdated: 0,
  method: 'POST',
  deleted: false,
  compartments: ['Patient/a', 'Encounter/e'],
  securityLabels: ['system|secret'],
} as const

test('a change says where to read it', () => {
  expect(resourceChangeOf(committed)).toEqual({
    tenant,
    resourceType: 'Observation',
    id: 'o',
    versionId: '1',
    lastUpdated: '1970-01-01T00:00:00.000Z',
    interaction: 'create',
    compartments: ['Patient/a', 'Encounter/e'],
  })
  const interactionOf = (method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', versionId: number) =>
    resourceChangeOf({ ...committed, method, versionId }).interaction
  expect([
    interactionOf('PUT', 1),
    interactionOf('PUT', 2),
    interactionOf('PATCH', 2),
    interactionOf('DELETE', 3),
    interactionOf('POST', 2),
  ]).toEqual(['create', 'update', 'patch', 'delete', 'update'])
})
