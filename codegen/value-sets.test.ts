import { describe, expect, it } from 'vitest'
import type { CodeSystem, ValueSet, ValueSetSelection } from './definitions.ts'
import { expandBoundValueSets, expandValueSet } from './value-sets.ts'

const system = 'http://example.org/system'

const codeSystem: CodeSystem = {
  resourceType: 'CodeSystem',
  url: system,
  content: 'complete',
  concept: [
    { code: 'a', concept: [{ code: 'a1', concept: [{ code: 'a11' }] }, { code: 'a2' }] },
    { code: 'b', property: [{ code: 'subsumedBy', valueCode: 'a2' }] },
    { code: 'c' },
  ],
}

const valueSet = (
  url: string,
  include: readonly ValueSetSelection[],
  exclude: readonly ValueSetSelection[] = [],
): ValueSet => ({ resourceType: 'ValueSet', url, compose: { include, exclude } })

function expand(valueSets: readonly ValueSet[]): { codes: Record<string, string[]>; open?: string } {
  const terminology = {
    valueSets: new Map(valueSets.map(each => [each.url, each])),
    codeSystems: new Map([[system, codeSystem]]),
  }
  const { codes, ...rest } = expandValueSet(valueSets[0]?.url ?? '', terminology, new Set())
  return { codes: Object.fromEntries([...codes].map(([key, members]) => [key, [...members].sort()])), ...rest }
}

describe('expandValueSet', () => {
  it.each<
    [title: string, include: readonly ValueSetSelection[], exclude: readonly ValueSetSelection[], codes: unknown]
  >([
    ['a whole code system', [{ system }], [], { [system]: ['a', 'a1', 'a11', 'a2', 'b', 'c'] }],
    ['listed concepts', [{ system: 'urn:x', concept: [{ code: 'z' }] }], [], { 'urn:x': ['z'] }],
    [
      'a hierarchy with its root, by nesting and by property',
      [{ system, filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }],
      [],
      { [system]: ['a', 'a1', 'a11', 'a2', 'b'] },
    ],
    [
      'a hierarchy without its root',
      [{ system, filter: [{ property: 'concept', op: 'descendent-of', value: 'a1' }] }],
      [],
      { [system]: ['a11'] },
    ],
    [
      'excluded concepts',
      [{ system }],
      [{ system, concept: [{ code: 'c' }] }],
      { [system]: ['a', 'a1', 'a11', 'a2', 'b'] },
    ],
    [
      'several includes',
      [
        { system: 'urn:x', concept: [{ code: 'z' }] },
        { system: 'urn:x', concept: [{ code: 'y' }] },
      ],
      [],
      { 'urn:x': ['y', 'z'] },
    ],
  ])('lists %s', (_, include, exclude, codes) => {
    expect(expand([valueSet('urn:v', include, exclude)])).toEqual({ codes })
  })

  it('takes what is in a system and in an imported value set', () => {
    const imported = valueSet('urn:w', [{ system, concept: [{ code: 'a' }, { code: 'b' }] }])
    const include = [{ system, concept: [{ code: 'b' }, { code: 'c' }], valueSet: ['urn:w|2'] }]
    expect(expand([valueSet('urn:v', include), imported])).toEqual({ codes: { [system]: ['b'] } })
  })

  it.each<[title: string, include: ValueSetSelection, open: string]>([
    ['a system that is not here', { system: 'urn:iso' }, 'the codes of urn:iso are not listed'],
    [
      'an unknown filter',
      { system, filter: [{ property: 'status', op: '=', value: 'active' }] },
      'the filter status = active is not resolved',
    ],
    ['an unknown value set', { valueSet: ['urn:none'] }, 'urn:none has no content here'],
    ['itself', { valueSet: ['urn:v'] }, 'urn:v includes itself'],
  ])('is open with %s, and keeps what it can list', (_, include, open) => {
    const listed = { system: 'urn:x', concept: [{ code: 'z' }] }
    expect(expand([valueSet('urn:v', [listed, include])])).toEqual({ codes: { 'urn:x': ['z'] }, open })
  })
})

it('expands what required bindings name, sorted, and reports what is open', () => {
  const messages: string[] = []
  const types = [
    {
      name: 'Thing',
      kind: 'resource' as const,
      components: {
        Thing: [
          { name: 'b', types: ['code'], binding: 'urn:w' },
          { name: 'a', types: ['code'], binding: 'urn:v' },
          { name: 'c', types: ['code'] },
        ],
      },
    },
  ]
  const definitions = { valueSets: [valueSet('urn:v', [{ system }])], codeSystems: [codeSystem] }
  const file = expandBoundValueSets(types, definitions, ({ message }) => messages.push(message))
  expect([file, Object.keys(file), messages]).toEqual([
    { 'urn:v': { codes: { [system]: ['a', 'a1', 'a11', 'a2', 'b', 'c'] } }, 'urn:w': { codes: {}, open: true } },
    ['urn:v', 'urn:w'],
    ['urn:w has no content here'],
  ])
})
