import { describe, expect, test } from 'vitest'
import { TEST_BASE_URL, testCall } from '#test/support/test-call.ts'
import { testDefinitions, testWorld } from '#test/support/test-world.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import type { Node } from '../search/ast.ts'
import { extract } from '../search/extract.ts'
import { parseSearch } from '../search/parse.ts'
import { ALLOW_ALL } from './policy.ts'
import { matchesAlone, readHits } from './read-hits.ts'
import { scope } from './scope.ts'

const call = testCall()
const definitions = testDefinitions.for(call.tenant)

const where = (type: string, ...parameters: [string, string][]): Node =>
  parseSearch({ definitions, baseUrl: TEST_BASE_URL, now: 0 }, type, parameters, 'strict').query.where

describe('what one resource says of itself decides, what others say is taken as given', () => {
  const resource = { resourceType: 'Observation', id: 'o', status: 'final', subject: { reference: 'Patient/p' } }
  const document = extract(definitions, resource, { versionId: 1, lastUpdated: 0, baseUrl: TEST_BASE_URL })
  const chain: [string, string] = ['subject:Patient.name', 'x']
  test.each<[string, Node, boolean]>([
    ['a match', where('Observation', ['status', 'final']), true],
    ['no match', where('Observation', ['status', 'amended']), false],
    ['a chain', where('Observation', chain), true],
    ['a chain below a negation', { kind: 'not', node: where('Observation', chain) }, true],
    ['a chain below two', { kind: 'not', node: { kind: 'not', node: where('Observation', chain) } }, true],
    ['a chain and a match', where('Observation', chain, ['status', 'final']), true],
    ['a chain and no match', where('Observation', chain, ['status', 'amended']), false],
    [
      'a reverse chain or no match',
      { kind: 'or', nodes: [where('Observation', ['_has:Provenance:target:_id', 'x']), { kind: 'nothing' }] },
      true,
    ],
  ])('%s', (_what, node, expected) => {
    expect(matchesAlone(node, () => document)).toBe(expected)
  })

  test('nothing is extracted where only others decide', () => {
    const never = () => {
      throw new Error('extracted')
    }
    expect(matchesAlone({ kind: 'everything' }, never)).toBe(true)
    expect(matchesAlone(where('Observation', chain), never)).toBe(true)
  })
})

test('hits are read in batches and answered in their order', async () => {
  const sizes: number[] = []
  const { ports, service } = testWorld({ policy: ALLOW_ALL })
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    await service.update(call, { type: 'Patient', id, content: { resourceType: 'Patient', id } })
  }
  const store: typeof ports.store = {
    ...ports.store,
    readNewest: (tenant, hints, deadline) => {
      sizes.push(hints.length)
      return ports.store.readNewest(tenant, hints, deadline)
    },
  }
  const limits = { ...DEFAULT_LIMITS, readBatchMax: 2 }
  const context = { ports: { ...ports, store }, policy: ALLOW_ALL, definitions: testDefinitions, limits }
  const query = scope(call, ALLOW_ALL, { type: 'Patient', where: { kind: 'everything' } })
  const hits = ['e', 'a', 'x', 'd', 'b'].map(id => ({ type: 'Patient', id, versionId: 1 }))
  const versions = await readHits(context, call, query, hits)
  expect({ ids: versions.map(({ id }) => id), sizes }).toEqual({ ids: ['e', 'a', 'd', 'b'], sizes: [2, 2, 1] })
})
