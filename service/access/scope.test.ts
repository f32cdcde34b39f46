import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import type { Node, ParameterReference, Query } from '../search/ast.ts'
import { type AccessPolicy, ALLOW_ALL } from './policy.ts'
import { scope } from './scope.ts'

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
