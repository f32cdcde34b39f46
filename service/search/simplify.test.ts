import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryCorpus, arbitraryQuery, lookupIn, withContained } from '#test/support/arbitrary-search.ts'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import type { Comparator, Node } from './ast.ts'
import { evaluateQuery } from './evaluate.ts'
import { simplify } from './simplify.ts'

const id = (...ids: string[]): Node => ({ kind: 'id', ids })
const updated = (comparator: Comparator, low: number, high: number): Node => ({
  kind: 'date',
  parameter: searchParameter('Patient', '_lastUpdated'),
  comparator,
  low,
  high,
})
const missing: Node = { kind: 'missing', parameter: searchParameter('Patient', 'name'), missing: true }
const all = (...nodes: Node[]): Node => ({ kind: 'and', nodes })
const subject = searchParameter('Observation', 'subject')

test.each<[string, Node, Node]>([
  ['no id', id(), { kind: 'nothing' }],
  ['two ids', all(id('a'), id('b'), missing), { kind: 'nothing' }],
  ['a shared id', all(id('a', 'b'), id('b', 'c')), id('b')],
  ['nothing among others', all(missing, { kind: 'or', nodes: [] }), { kind: 'nothing' }],
  [
    'nothing behind a join',
    { kind: 'chain', parameter: subject, query: { type: 'Patient', where: id() } },
    { kind: 'nothing' },
  ],
  ['not nothing', all({ kind: 'not', node: id() }, missing), missing],
  ['before and after', all(updated('lt', 5, 6), updated('gt', 5, 6)), { kind: 'nothing' }],
  ['the same time', all(updated('ge', 5, 6), updated('le', 5, 6)), all(updated('ge', 5, 6), updated('le', 5, 6))],
])('%s', (_name, where, expected) => {
  expect(simplify({ type: 'Patient', where })).toEqual({ type: 'Patient', where: expected })
})

test('what can not be simplified stays the same object', () => {
  const query = { type: 'Patient', where: all(missing, id('a')) }
  expect(simplify(query)).toBe(query)
})

test('a simplified query finds what the query finds', () => {
  const scenario = arbitraryCorpus(DEFINITIONS).chain(corpus =>
    fc.tuple(fc.constant(corpus), fc.array(arbitraryQuery(DEFINITIONS, corpus), { minLength: 40, maxLength: 40 })),
  )
  fc.assert(
    fc.property(scenario, ([corpus, queries]) => {
      const lookup = lookupIn(corpus)
      const documents = withContained(corpus)
      for (const query of queries) {
        const simpler = simplify(query)
        // It finds what it finds.
        if (simpler === query) continue
        const found = (its: typeof query) =>
          documents.filter(document => evaluateQuery(its, document, lookup)).map(({ type, id }) => `${type}/${id}`)
        expect(found(simpler)).toEqual(found(query))
      }
    }),
    { numRuns: 20 },
  )
})
