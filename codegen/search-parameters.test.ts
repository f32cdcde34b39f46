import { describe, expect, it } from 'vitest'
import type { SearchParameterTable } from '#schema/tables.ts'
import { searchParameter, smallStructures } from '#test/support/small-definitions.ts'
import type { SearchParameter } from './definitions.ts'
import type { Diagnostic } from './diagnostics.ts'
import { typeTables } from './elements.ts'
import { compileSearchParameters } from './search-parameters.ts'

const types = typeTables(smallStructures)

function compileAll(definitions: readonly SearchParameter[]): {
  readonly tables: readonly SearchParameterTable[]
  readonly reasons: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const diagnostics: Diagnostic[] = []
  const compiled = compileSearchParameters(definitions, types, diagnostic => diagnostics.push(diagnostic))
  return {
    tables: compiled.byType.get('Thing') ?? [],
    reasons: compiled.uncompiled.map(({ reason }) => reason),
    diagnostics,
  }
}

const pathsOf = (type: string, expression: string): unknown =>
  compileAll([searchParameter('x', { type, expression })]).tables[0]?.paths

describe('paths', () => {
  it.each([
    ['token', 'Thing.status', [{ steps: ['status'], type: 'code' }]],
    ['string', 'alias', [{ steps: ['alias'], type: 'string' }]],
    ['date', 'Thing.value', [{ steps: ['valueDateTime'], type: 'dateTime' }]],
    ['date', '(Thing.value as dateTime)', [{ steps: ['valueDateTime'], type: 'dateTime' }]],
    ['token', 'Thing.value.ofType(boolean)', [{ steps: ['valueBoolean'], type: 'boolean' }]],
    ['uri', 'Thing.input[1].input.system', [{ steps: ['input', { index: 1 }, 'input', 'system'], type: 'uri' }]],
    [
      'number',
      "Thing.input.where(system='a').count",
      [{ steps: ['input', { where: ['system', 'a'] }, 'count'], type: 'positiveInt' }],
    ],
    ['token', 'Basic.id | Thing.id | Thing.id', [{ steps: ['id'], type: 'id' }]],
    [
      'token',
      'Thing.value.exists() and Thing.value != false',
      [
        {
          steps: [{ existsAndNotFalse: ['valueBoolean', 'valueDecimal', 'valueDateTime', 'valueReference'] }],
          type: 'boolean',
        },
      ],
    ],
    [
      'reference',
      'Thing.contained[0].ofType(Basic)',
      [{ steps: ['contained', { index: 0 }, { resourceType: 'Basic' }], type: 'Basic' }],
    ],
  ])('of %s %s', (type, expression, paths) => {
    expect(pathsOf(type, expression)).toEqual(paths)
  })
})

describe('references', () => {
  it.each([
    ['may point anywhere', 'Thing.subject', [], { paths: [{ steps: ['subject'], type: 'Reference' }] }],
    [
      'are limited by the parameter',
      'Thing.subject',
      ['Thing', 'Basic'],
      { paths: [{ steps: ['subject'], type: 'Reference' }], targets: ['Basic', 'Thing'] },
    ],
    [
      'are limited by the element and the parameter',
      'Thing.value',
      ['Thing'],
      { paths: [{ steps: ['valueReference'], type: 'Reference' }], targets: ['Thing'] },
    ],
    [
      'are tested where the element allows more',
      'Thing.subject.where(resolve() is Basic)',
      [],
      { paths: [{ steps: ['subject', { resolvesTo: ['Basic'] }], type: 'Reference' }], targets: ['Basic'] },
    ],
    [
      'are not tested where the element allows nothing else',
      'Thing.owner.where(resolve() is Thing)',
      [],
      { paths: [{ steps: ['owner'], type: 'Reference' }], targets: ['Thing'] },
    ],
  ])('%s', (_, expression, target, rest) => {
    const { tables } = compileAll([searchParameter('x', { type: 'reference', expression, target })])
    expect(tables).toEqual([{ code: 'x', url: 'http://example.org/x', type: 'reference', ...rest }])
  })

  it('follow the elements where parameter and elements have nothing in common, and say so', () => {
    const definition = searchParameter('x', { type: 'reference', expression: 'Thing.owner', target: ['Basic'] })
    const { tables, diagnostics } = compileAll([definition])
    expect(tables[0]?.targets).toEqual(['Thing'])
    expect(diagnostics).toEqual([
      {
        severity: 'warning',
        code: 'targets-disagree',
        subject: 'Thing.x',
        message: 'the parameter names Basic, its elements Thing',
      },
    ])
  })
})

it('compiles the components of a composite below each element that it selects', () => {
  const definitions = [
    searchParameter('pair', {
      type: 'composite',
      expression: 'Thing | Thing.input',
      component: [
        { definition: 'http://example.org/a', expression: 'status | system' },
        { definition: 'http://example.org/b', expression: '%resource.input.count' },
      ],
    }),
    searchParameter('a', { type: 'token', expression: 'Thing.status' }),
    searchParameter('b', { type: 'number', expression: 'Thing.input.count' }),
  ]
  const pair = compileAll(definitions).tables.find(({ code }) => code === 'pair')
  expect(pair).toEqual({
    code: 'pair',
    url: 'http://example.org/pair',
    type: 'composite',
    paths: [
      { steps: [], type: 'Thing' },
      { steps: ['input'], type: 'Thing.input' },
    ],
    components: [
      {
        code: 'a',
        url: 'http://example.org/a',
        type: 'token',
        paths: [
          { steps: ['status'], type: 'code' },
          { steps: ['system'], type: 'uri' },
        ],
      },
      {
        code: 'b',
        url: 'http://example.org/b',
        type: 'number',
        paths: [{ steps: [{ resource: true }, 'input', 'count'], type: 'positiveInt' }],
      },
    ],
  })
})

it('says which types of a choice are left out', () => {
  const { diagnostics } = compileAll([searchParameter('x', { type: 'date', expression: 'Thing.value' })])
  expect(diagnostics).toEqual([
    {
      severity: 'information',
      code: 'value-type-left-out',
      subject: 'Thing.x',
      message: 'boolean, decimal, Reference cannot be searched as date',
    },
  ])
})

it.each([
  ['token', undefined, 'The definition has no expression: it is evaluated by its own rules.'],
  ['token', 'Thing.nothing', 'The expression is not supported: Thing has no element nothing.'],
  ['token', 'Thing.status.first()', 'The expression is not supported: first() is unsupported.'],
  ['token', 'Thing.status as Coding', 'The expression is not supported: code is never Coding.'],
  ['token', 'Thing.status +', 'The expression could not be read: unexpected " +" at 12.'],
  [
    'token',
    'Thing.status.where(resolve() is Thing)',
    'The expression is not supported: only a Reference can be resolved.',
  ],
  ['token', 'Thing.input.where(count = 1)', 'The expression is not supported: where() compares with text only.'],
  ['token', "Thing.input.where(code = 'a')", 'The expression is not supported: Thing.input has no element code.'],
  ['token', 'Thing.status = true', 'The expression is not supported: the operator = is unsupported here.'],
  ['token', '%context.status', 'The expression is not supported: %context is unknown.'],
  ['date', 'Thing.status', 'No date value comes from code.'],
  ['token', 'Basic.id', 'No token value comes from nothing.'],
])('lists a %s parameter with %s as uncompiled', (type, expression, reason) => {
  const definition = searchParameter('x', { type, ...(expression === undefined ? {} : { expression }) })
  expect(compileAll([definition])).toMatchObject({ tables: [], reasons: [reason] })
})

it('lists a parameter of an unknown type of resource', () => {
  const definition = searchParameter('x', { type: 'token', expression: 'Nothing.id', base: ['Nothing'] })
  expect(compileAll([definition]).reasons).toEqual(['Nothing is no resource type of R4.'])
})
