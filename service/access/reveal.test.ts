import { expect, test } from 'vitest'
import { testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import { invariant } from '../invariant.ts'
import { sealVersion, type VersionAttributes } from '../ports/stored-version.ts'
import type { Node } from '../search/ast.ts'
import { type AccessPolicy, ALLOW_ALL } from './policy.ts'
import { isRevealed, reveal } from './reveal.ts'

const call = testCall()
const definitions = testDefinitions.for(call.tenant)
const parameter = definitions.searchParameters('Patient').get('_security')
invariant(parameter, 'every type has _security')

const seeing = (node: Node): AccessPolicy => ({ permits: () => true, visible: () => node })
const label = (system: string | undefined, code: string): Node => ({ kind: 'token', parameter, system, code })

const attributes: VersionAttributes = {
  type: 'Patient',
  id: 'a',
  versionId: 2,
  lastUpdated: 0,
  method: 'DELETE',
  deleted: true,
  compartments: ['Patient/a', 'Group/g'],
  securityLabels: ['urn:a|x', '|bare'],
}

test.each<[string, Node, boolean]>([
  ['everything', { kind: 'everything' }, true],
  ['nothing', { kind: 'nothing' }, false],
  ['its compartment', { kind: 'compartment', compartment: 'Group/g' }, true],
  ['another compartment', { kind: 'compartment', compartment: 'Group/h' }, false],
  ['its label', label('urn:a', 'x'), true],
  ['its label without system', label('', 'bare'), true],
  ['another label', label('urn:b', 'x'), false],
  ['all without a label', { kind: 'not', node: label('urn:a', 'x') }, false],
  ['its id', { kind: 'id', ids: ['a'] }, true],
])('a tombstone, to who may see %s: %s', (_what, node, expected) => {
  const version = reveal(call, seeing(node), definitions, sealVersion(attributes, undefined))
  expect(version).toEqual(expected ? attributes : undefined)
  expect(isRevealed(version)).toBe(false)
})

test('bytes are handed on as they are, and parsed only where somebody asks', () => {
  const bytes = new TextEncoder().encode('no JSON')
  const written = { ...attributes, method: 'PUT', deleted: false } as const
  const version = reveal(call, ALLOW_ALL, definitions, sealVersion(written, bytes))
  invariant(isRevealed(version), 'it is visible')
  expect(version.body).toBe(bytes)
  expect(() => version.content()).toThrow()
  expect(reveal(call, ALLOW_ALL, definitions, undefined)).toBeUndefined()
})

test('a stored version gives its bytes to nobody else', () => {
  const version = sealVersion(attributes, new TextEncoder().encode('{}'))
  expect(Object.keys(version)).toEqual(Object.keys(attributes))
  expect(JSON.parse(JSON.stringify(version))).toEqual(attributes)
})
