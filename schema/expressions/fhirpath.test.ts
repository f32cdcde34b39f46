import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Expression, FhirPathSyntaxError, parseFhirPath } from './fhirpath.ts'

const context: Expression = { kind: 'context' }
const member = (base: Expression, name: string): Expression => ({ kind: 'member', base, name })
const path = (...names: readonly string[]): Expression => names.reduce(member, context)

describe('parseFhirPath', () => {
  it.each<[source: string, expression: Expression]>([
    ['Resource.meta.lastUpdated', path('Resource', 'meta', 'lastUpdated')],
    ['name | alias', { kind: 'union', items: [path('name'), path('alias')] }],
    ['(Observation.value as Quantity)', { kind: 'as', base: path('Observation', 'value'), type: 'Quantity' }],
    [
      'A.b as dateTime | A.b as Period',
      {
        kind: 'union',
        items: [
          { kind: 'as', base: path('A', 'b'), type: 'dateTime' },
          { kind: 'as', base: path('A', 'b'), type: 'Period' },
        ],
      },
    ],
    [
      '(Observation.value.ofType(CodeableConcept)).text',
      member(
        { kind: 'call', base: path('Observation', 'value'), name: 'ofType', parameters: [path('CodeableConcept')] },
        'text',
      ),
    ],
    ['Bundle.entry[0].resource', member({ kind: 'index', base: path('Bundle', 'entry'), index: 0 }, 'resource')],
    [
      "Patient.telecom.where(system='phone')",
      {
        kind: 'call',
        base: path('Patient', 'telecom'),
        name: 'where',
        parameters: [
          { kind: 'operation', operator: '=', left: path('system'), right: { kind: 'literal', value: 'phone' } },
        ],
      },
    ],
    [
      'Account.subject.where(resolve() is FHIR.Patient)',
      {
        kind: 'call',
        base: path('Account', 'subject'),
        name: 'where',
        parameters: [
          { kind: 'is', base: { kind: 'call', base: context, name: 'resolve', parameters: [] }, type: 'Patient' },
        ],
      },
    ],
    [
      'Patient.deceased.exists() and Patient.deceased != false',
      {
        kind: 'operation',
        operator: 'and',
        left: { kind: 'call', base: path('Patient', 'deceased'), name: 'exists', parameters: [] },
        right: {
          kind: 'operation',
          operator: '!=',
          left: path('Patient', 'deceased'),
          right: { kind: 'literal', value: false },
        },
      },
    ],
    ['%resource.referenceSeq', member({ kind: 'variable', name: 'resource' }, 'referenceSeq')],
    ["a = 'it\\'s' or b", { kind: 'operation', operator: 'or', left: equality('a', "it's"), right: path('b') }],
  ])('reads %s', (source, expression) => {
    expect(parseFhirPath(source)).toEqual(expression)
  })

  it.each([
    ['', 'expected a name instead of "the end" at 0'],
    ['Patient.', 'expected a name instead of "the end" at 8'],
    ['Patient name', 'expected an operator instead of "name" at 7'],
    ['Patient.where(a', 'expected , instead of "the end" at 15'],
    ['Patient.name[x]', 'expected a number instead of "x" at 13'],
    ['Patient.name + 1', 'unexpected " + 1" at 12'],
  ])('refuses %j', (source, message) => {
    expect(() => parseFhirPath(source)).toThrow(new FhirPathSyntaxError(message))
  })

  it('reads back every expression that can be written', () => {
    fc.assert(
      fc.property(expressions, expression => {
        expect(parseFhirPath(write(expression))).toEqual(expression)
      }),
    )
  })
})

function equality(name: string, value: string): Expression {
  return { kind: 'operation', operator: '=', left: path(name), right: { kind: 'literal', value } }
}

const names = fc
  .stringMatching(/^[a-z]{1,6}$/)
  .filter(name => !['as', 'is', 'or', 'and', 'true', 'false'].includes(name))

const { expression: expressions } = fc.letrec<{ expression: Expression }>(tie => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    names.map(name => path(name)),
    fc.record({ kind: fc.constant('literal' as const), value: fc.oneof(fc.string(), fc.nat(), fc.boolean()) }),
    fc.record({ kind: fc.constant('member' as const), base: tie('expression'), name: names }),
    fc.record({ kind: fc.constant('index' as const), base: tie('expression'), index: fc.nat() }),
    fc.record({ kind: fc.constantFrom('as' as const, 'is' as const), base: tie('expression'), type: names }),
    fc.record({
      kind: fc.constant('union' as const),
      items: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      base: tie('expression'),
      name: names,
      parameters: fc.array(tie('expression'), { maxLength: 2 }),
    }),
    fc.record({
      kind: fc.constant('operation' as const),
      operator: fc.constantFrom('=' as const, '!=' as const, 'and' as const, 'or' as const),
      left: tie('expression'),
      right: tie('expression'),
    }),
  ),
}))

/** Every part in brackets, so that no precedence is assumed. */
function write(expression: Expression): string {
  switch (expression.kind) {
    case 'context':
      return ''
    case 'literal':
      return typeof expression.value === 'string'
        ? `'${expression.value.replace(/[\\']/g, '\\$&')}'`
        : String(expression.value)
    case 'variable':
      return `%${expression.name}`
    case 'member':
      return invocation(expression.base, expression.name)
    case 'call':
      return invocation(expression.base, `${expression.name}(${expression.parameters.map(write).join(', ')})`)
    case 'index':
      return `(${write(expression.base)})[${expression.index}]`
    case 'as':
    case 'is':
      return `(${write(expression.base)}) ${expression.kind} ${expression.type}`
    case 'union':
      return expression.items.map(item => `(${write(item)})`).join(' | ')
    case 'operation':
      return `(${write(expression.left)}) ${expression.operator} (${write(expression.right)})`
  }
}

const invocation = (base: Expression, text: string): string =>
  base.kind === 'context' ? text : `(${write(base)}).${text}`
