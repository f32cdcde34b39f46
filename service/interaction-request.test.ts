import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fault } from './fault.ts'
import type { Parameters } from './fhir-service.ts'
import { type Interaction, parseInteraction, viewOf } from './interaction-request.ts'

const P: Parameters = [['a', 'b']]
const A = { type: 'Patient', id: 'a' }
const compartment = { type: 'Patient', id: 'a' }

test.each<[string, string, Interaction]>([
  ['GET', 'metadata', { kind: 'capabilities' }],
  ['GET', '', { kind: 'search-system', parameters: P }],
  ['POST', '', { kind: 'bundle' }],
  ['POST', '/', { kind: 'bundle' }],
  ['POST', '_search', { kind: 'search-system', parameters: P }],
  ['GET', '_history', { kind: 'history', parameters: P }],
  ['GET', 'Patient', { kind: 'search', type: 'Patient', parameters: P }],
  ['HEAD', 'Patient', { kind: 'search', type: 'Patient', parameters: P }],
  ['POST', 'Patient/_search', { kind: 'search', type: 'Patient', parameters: P }],
  ['GET', 'Patient/_history', { kind: 'history', type: 'Patient', parameters: P }],
  ['POST', 'Patient', { kind: 'create', type: 'Patient' }],
  ['PUT', 'Patient', { kind: 'conditional-update', type: 'Patient', parameters: P }],
  ['PATCH', 'Patient', { kind: 'conditional-patch', type: 'Patient', parameters: P }],
  ['DELETE', 'Patient', { kind: 'conditional-delete', type: 'Patient', parameters: P }],
  ['GET', '/Patient/a/', { kind: 'read', ...A, view: {} }],
  ['GET', 'Patient/%61', { kind: 'read', ...A, view: {} }],
  ['HEAD', 'Patient/a', { kind: 'read', ...A, view: {} }],
  ['PUT', 'Patient/a', { kind: 'update', ...A }],
  ['PATCH', 'Patient/a', { kind: 'patch', ...A }],
  ['DELETE', 'Patient/a', { kind: 'delete', ...A }],
  ['GET', 'Patient/a/_history', { kind: 'history', ...A, parameters: P }],
  ['GET', 'Patient/a/_history/2', { kind: 'vread', ...A, versionId: '2', view: {} }],
  ['GET', 'Patient/a/Observation', { kind: 'search-compartment', compartment, type: 'Observation', parameters: P }],
  ['POST', 'Patient/a/*/_search', { kind: 'search-compartment', compartment, type: '*', parameters: P }],
  ['POST', '$graphql', { kind: 'operation', name: 'graphql', parameters: P }],
  ['GET', 'ValueSet/$expand', { kind: 'operation', name: 'expand', type: 'ValueSet', parameters: P }],
  ['GET', 'Patient/a/$everything', { kind: 'operation', name: 'everything', ...A, parameters: P }],
  [
    'POST',
    'Patient/a/_history/2/$meta-add',
    { kind: 'operation', name: 'meta-add', ...A, versionId: '2', parameters: P },
  ],
])('%s %s', (method, path, expected) => {
  expect(parseInteraction(method, path, P)).toEqual(expected)
})

const refusal = (method: string, path: string) => {
  try {
    return parseInteraction(method, path, [])
  } catch (error) {
    if (!Fault.is(error)) throw error
    return { category: error.category, text: error.message, allow: error.allow }
  }
}

test.each(['Patient/a_b', 'Patient//_history', `Patient/${'a'.repeat(65)}`])('%s has no id', path => {
  expect(refusal('GET', path)).toEqual({
    category: 'not-found',
    text: `There is no FHIR address '${path}' below the base: an id has 1 to 64 of the letters, digits, '-' and '.'`,
    allow: undefined,
  })
})

test.each([
  'patient/a',
  'Patient/a/b',
  'Patient/a/_history/1/2',
  'Patient/a/_history/1/$x/y',
  'Patient/a/Observation/o',
  'metadata/x',
  '_history/1',
  '$graphql/x',
  'Patient/%',
])('%s is no address', path => {
  expect(refusal('GET', path)).toEqual({
    category: 'not-found',
    text: `There is no FHIR address '${path}' below the base`,
    allow: undefined,
  })
})

test.each([
  ['POST', 'Patient/a', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']],
  ['DELETE', 'metadata', ['GET', 'HEAD']],
  ['GET', 'Patient/_search', ['POST']],
  ['PUT', 'Patient/a/_history/1', ['GET', 'HEAD']],
  ['DELETE', '$graphql', ['GET', 'HEAD', 'POST']],
  ['FETCH', '', ['GET', 'HEAD', 'POST']],
  ['DELETE', 'Patient/a/Observation', ['GET', 'HEAD']],
  ['constructor', 'metadata', ['GET', 'HEAD']],
])('%s is no method of %s', (method, path, allow) => {
  expect(refusal(method, path)).toEqual({
    category: 'method-not-allowed',
    text: `'${path}' does not take ${method}, but ${allow.join(', ')}`,
    allow,
  })
})

describe('the view of a read', () => {
  test.each<[Parameters, ReturnType<typeof viewOf>]>([
    [[['_summary', 'text']], { summary: 'text' }],
    [
      [
        ['_elements', 'a,b,'],
        ['other', 'x'],
        ['_elements', 'c'],
      ],
      { elements: ['a', 'b', 'c'] },
    ],
  ])('%j', (parameters, expected) => {
    expect(viewOf(parameters)).toEqual(expected)
  })

  test.each(['count', '', 'yes', 'constructor'])("_summary '%s' is refused", value => {
    expect(() => parseInteraction('GET', 'Patient/a', [['_summary', value]])).toThrow(
      `_summary of a single resource is one of true, text, data, false, not '${value}'`,
    )
  })

  test('is no matter of a write', () => {
    expect(parseInteraction('PUT', 'Patient/a', [['_summary', 'count']])).toEqual({ kind: 'update', ...A })
  })
})

test('whatever the text, it is an interaction or one of two faults', () => {
  const segment = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.constantFrom('Patient', 'a', '_history', '_search', '$x', '1', '*', 'metadata'),
  )
  fc.assert(
    fc.property(fc.constantFrom('GET', 'POST', 'PUT', 'X'), fc.array(segment, { maxLength: 6 }), (method, segments) => {
      const found = refusal(method, segments.join('/'))
      if ('category' in found) expect(['not-found', 'method-not-allowed']).toContain(found.category)
      else expect(found.kind).toMatch(/^[a-z-]+$/)
    }),
  )
})
