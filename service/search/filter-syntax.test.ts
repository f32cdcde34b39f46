import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  FILTER_OPERATORS,
  type FilterExpression,
  type FilterOperator,
  type FilterStep,
  type FilterTest,
  formatFilter,
  parseFilterText,
} from './filter-syntax.ts'

const one = (path: string, operator: FilterOperator, value: string): FilterTest => ({
  kind: 'test',
  path: path.split('.').map(name => ({ name })),
  operator,
  value,
})

test.each<[string, FilterExpression]>([
  ['name co "pet"', one('name', 'co', 'pet')],
  [
    'given eq "peter" and birthdate ge 2014-10-10',
    { kind: 'and', operands: [one('given', 'eq', 'peter'), one('birthdate', 'ge', '2014-10-10')] },
  ],
  ['code eq http://loinc.org|1234-5', one('code', 'eq', 'http://loinc.org|1234-5')],
  ['subject.name co "pet"', one('subject.name', 'co', 'pet')],
  [
    'related[type eq "has-component"].target pr true',
    {
      kind: 'test',
      path: [{ name: 'related', filter: one('type', 'eq', 'has-component') }, { name: 'target' }],
      operator: 'pr',
      value: 'true',
    },
  ],
  [
    ' related[ type eq has-component ].target  re  Observation/4 ',
    {
      kind: 'test',
      path: [{ name: 'related', filter: one('type', 'eq', 'has-component') }, { name: 'target' }],
      operator: 're',
      value: 'Observation/4',
    },
  ],
  // Left to right, whichever comes first.
  [
    'a eq 1 or b eq 2 and c eq 3',
    {
      kind: 'and',
      operands: [{ kind: 'or', operands: [one('a', 'eq', '1'), one('b', 'eq', '2')] }, one('c', 'eq', '3')],
    },
  ],
  [
    'a eq 1 and (b eq 2 and c eq "x)]")',
    {
      kind: 'and',
      operands: [one('a', 'eq', '1'), { kind: 'and', operands: [one('b', 'eq', '2'), one('c', 'eq', 'x)]')] }],
    },
  ],
  ['not(a eq 1)', { kind: 'not', operand: one('a', 'eq', '1') }],
  ['not eq 1', one('not', 'eq', '1')],
  ['and eq and and or eq or', { kind: 'and', operands: [one('and', 'eq', 'and'), one('or', 'eq', 'or')] }],
  ['a eq "say \\"\\u0041\\""', one('a', 'eq', 'say "A"')],
  ['_has:Observation:patient:code eq x', one('_has:Observation:patient:code', 'eq', 'x')],
])('%s', (text, expected) => {
  expect(parseFilterText(text)).toEqual(expected)
})

test.each<[string, number, string]>([
  ['', 0, "a test such as 'name eq \"peter\"', 'not (' or '('"],
  ['(a eq 1', 7, "')'"],
  ['a eq 1)', 6, "'and', 'or' or the end"],
  ['a is 1', 2, "one of eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re behind 'a'"],
  ['a eq', 4, "a value behind 'eq'"],
  ['a eq "x', 5, 'a JSON string that ends with a double quote'],
  ['a eq "\\x"', 5, 'a JSON string that ends with a double quote'],
  ['a. eq 1', 6, "one of eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re behind 'eq'"],
  ['a[b eq 1 eq 2', 9, "']'"],
  [`${'('.repeat(50)}a eq 1`, 40, 'no more than 40 levels of parentheses'],
])('%s is no filter', (text, position, expected) => {
  expect(parseFilterText(text)).toEqual({ position, expected })
})

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_:-]{0,6}$/)
const value = fc.oneof(
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.constantFrom('2014-10-10', 'http://loinc.org|1', 'a b', ')', ']', '"', '\\', '\u2028', 'and', ' '),
)

const { expression } = fc.letrec<{ expression: FilterExpression; test: FilterTest; step: FilterStep }>(tie => ({
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    name.map(its => ({ name: its })),
    fc.record({ name, filter: tie('expression') }),
  ),
  test: fc.record({
    kind: fc.constant('test' as const),
    path: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
    operator: fc.constantFrom(...FILTER_OPERATORS),
    value,
  }),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('test'),
    tie('expression').map(operand => ({ kind: 'not' as const, operand })),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}))

test('what is printed is read as it was', () => {
  fc.assert(
    fc.property(expression, tree => {
      expect(parseFilterText(formatFilter(tree))).toEqual(tree)
    }),
    { numRuns: 3000 },
  )
})

test('any text is a filter or a mistake in it, soon', () => {
  const piece = fc.constantFrom('(', ')', '[', ']', '.', '"', '\\', ' ', 'not', 'and', 'or', 'a', 'eq', 'pr', '1')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      const parsed = parseFilterText(pieces.join(''))
      if ('position' in parsed) expect(parsed.position).toBeLessThanOrEqual(pieces.join('').length)
      else expect(parseFilterText(formatFilter(parsed))).toEqual(parsed)
    }),
    { numRuns: 3000 },
  )
  expect(parseFilterText('a eq "'.repeat(3000))).toHaveProperty('position')
})
