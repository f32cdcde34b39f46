import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import type { Node, ParameterReference, Query } from '../search/ast.ts'
import { containedParameter, containerParameters } from '../search/contained.ts'
import { type AccessPolicy, ALLOW_ALL } from './policy.ts'
import { scope, scopeContained } from './scope.ts'

const call = testCall()
const definitions = testDefinitions.for(call.tenant)

function parameter(type: string, code: string): ParameterReference {
  const found = definitions.searchParameters(type).get(code)
  if (!found) throw new Error(`no parameter ${code}`)
  return found
}

const only = (id: string): Node => ({ kind: 'id', ids: [id] })
/** Of Patients only `p`, of Observations only `o`, no Device, everything else. */
const VISIBLE: Readonly<Record<string, Node>> = {
  Patient: only('p'),
  Observation: only('o'),
  Device: { kind: 'nothing' },
}
const policy: AccessPolicy = {
  permits: () => true,
  visible: (_call, type) => VISIBLE[type] ?? { kind: 'everything' },
}

const EVERYTHING: Node = { kind: 'everything' }
const active: Node = { kind: 'missing', parameter: parameter('Patient', 'active'), missing: false }
const subject = parameter('Observation', 'subject')

test.each<[string, Query, Query]>([
  [
    'the root',
    { type: 'Patient', where: active },
    { type: 'Patient', where: { kind: 'and', nodes: [only('p'), active] } },
  ],
  ['a root without criteria', { type: 'Patient', where: EVERYTHING }, { type: 'Patient', where: only('p') }],
  [
    'a root of which nothing is seen',
    { type: 'Device', where: EVERYTHING },
    { type: 'Device', where: { kind: 'nothing' } },
  ],
  [
    'criteria in a conjunction, which stays flat',
    { type: 'Patient', where: { kind: 'and', nodes: [active, only('x')] } },
    { type: 'Patient', where: { kind: 'and', nodes: [only('p'), active, only('x')] } },
  ],
  [
    'a chain below a negation below an or',
    {
      type: 'Encounter',
      where: {
        kind: 'or',
        nodes: [
          { kind: 'not', node: { kind: 'chain', parameter: subject, query: { type: 'Patient', where: active } } },
        ],
      },
    },
    {
      type: 'Encounter',
      where: {
        kind: 'or',
        nodes: [
          {
            kind: 'not',
            node: {
              kind: 'chain',
              parameter: subject,
              query: { type: 'Patient', where: { kind: 'and', nodes: [only('p'), active] } },
            },
          },
        ],
      },
    },
  ],
  [
    'a reverse chain, and the chain in it',
    {
      type: 'Encounter',
      where: {
        kind: 'has',
        parameter: subject,
        query: {
          type: 'Observation',
          where: { kind: 'chain', parameter: subject, query: { type: 'Device', where: only('d') } },
        },
      },
    },
    {
      type: 'Encounter',
      where: {
        kind: 'has',
        parameter: subject,
        query: {
          type: 'Observation',
          where: {
            kind: 'and',
            nodes: [
              only('o'),
              { kind: 'chain', parameter: subject, query: { type: 'Device', where: { kind: 'nothing' } } },
            ],
          },
        },
      },
    },
  ],
])('%s is restricted', (_what, query, expected) => {
  expect(scope(call, policy, query)).toEqual(expected)
})

test('what is contained is restricted to containers that are seen, and by what is seen of its own type', () => {
  const security = parameter('Group', '_security')
  const open: Node = { kind: 'not', node: { kind: 'token', parameter: security, system: 'l', code: 'secret' } }
  const seen: AccessPolicy = {
    permits: () => true,
    visible: (_call, type) => (type === 'Group' ? open : (VISIBLE[type] ?? { kind: 'everything' })),
  }
  const types = ['Encounter', 'List', 'Device', 'Group', 'Observation']
  const { container, containerType } = containerParameters('Patient')
  const inside = (its: ParameterReference) => containedParameter(its)
  const ofType = (...codes: readonly string[]): Node => ({
    kind: 'tokens',
    parameter: containerType,
    tokens: codes.map(code => ({ system: '', code })),
  })
  expect(scopeContained(call, seen, types, { type: 'Patient', where: active })).toEqual({
    type: '#Patient',
    where: {
      kind: 'and',
      nodes: [
        {
          kind: 'or',
          nodes: [
            ofType('Encounter', 'List'),
            { kind: 'nothing' },
            {
              kind: 'and',
              nodes: [
                ofType('Group'),
                { ...open, node: { ...open.node, parameter: { ...security, resourceType: '#Patient' } } },
              ],
            },
            { kind: 'chain', parameter: container, query: { type: 'Observation', where: only('o') } },
          ],
        },
        { kind: 'tokens', parameter: containerParameters('Patient').id, tokens: [{ system: '', code: 'p' }] },
        { ...active, parameter: inside(parameter('Patient', 'active')) },
      ],
    },
  })
  expect(scopeContained(call, ALLOW_ALL, types, { type: 'Patient', where: EVERYTHING }).where).toEqual({
    kind: 'or',
    nodes: [EVERYTHING],
  })
  expect(scopeContained(call, seen, types, { type: 'Device', where: EVERYTHING }).where).toEqual({ kind: 'nothing' })
})

const leaf = fc.constantFrom<Node>(EVERYTHING, { kind: 'nothing' }, active, only('x'))
const { node: anyNode } = fc.letrec<{ node: Node }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constant('not' as const), node: tie('node') }),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), nodes: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constantFrom('chain' as const, 'has' as const),
      parameter: fc.constant(subject),
      query: fc.record({ type: fc.constantFrom('Patient', 'Observation', 'Encounter'), where: tie('node') }),
    }),
  ),
}))

const queriesOf = (node: Node): Query[] => {
  if (node.kind === 'chain' || node.kind === 'has') return [node.query, ...queriesOf(node.query.where)]
  if (node.kind === 'and' || node.kind === 'or') return node.nodes.flatMap(queriesOf)
  return node.kind === 'not' ? queriesOf(node.node) : []
}

test('in any tree every join is restricted, and there are as many as before', () => {
  fc.assert(
    fc.property(anyNode, where => {
      const before = queriesOf(where)
      const after = queriesOf(scope(call, policy, { type: 'Encounter', where }).where)
      expect(after).toHaveLength(before.length)
      for (const query of after) {
        const needed = VISIBLE[query.type]
        if (!needed || query.where.kind === 'nothing') continue
        const nodes = query.where.kind === 'and' ? query.where.nodes : [query.where]
        expect(nodes).toContain(needed)
      }
    }),
  )
})

test('where everything is visible the query stays the object that it is', () => {
  fc.assert(
    fc.property(anyNode, where => {
      const query: Query = { type: 'Patient', where }
      expect(scope(call, ALLOW_ALL, query)).toBe(query)
    }),
  )
})
