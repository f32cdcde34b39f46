import { expect, it, vi } from 'vitest'
import { faultOf } from '#test/support/test-world.ts'
import { parseJson } from '../../resource/json.ts'
import { createExpressions } from './expressions.ts'

const expressions = createExpressions({ leftMs: 1000, now: () => 0 })

const NAMES = [
  { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
  { use: 'usual', given: ['Jim'] },
  { use: 'maiden', family: 'Windsor' },
]

it.each([
  ['family.exists()', [0, 2]],
  ["use = 'usual'", [1]],
  ['$index = 0', [0]],
  ["use = 'official' or given.count() = 1", [0, 1]],
  // Of single items that are no boolean what is there is true.
  ['family', [0, 2]],
  ['{}', []],
  ['false', []],
  ['given.count() > 1 // and a comment', [0]],
  ['$this is HumanName', [0, 1, 2]],
  ["use.matches('^off')", [0]],
])('%s holds for %j', (expression, expected) => {
  expect(expressions.indexesOf('HumanName', expression, NAMES)).toEqual(expected)
})

it.each(['positiveInt', 'unsignedInt', 'integer', 'decimal'])('compares elements that are a %s', type => {
  expect(expressions.indexesOf(type, '$this > 1', [1, parseJson('1.50'), 3])).toEqual([1, 2])
})

it('takes decimals as numbers, and resources by their types', () => {
  const quantities = [{ value: parseJson('120.50') }, { value: parseJson('99.9') }]
  expect(expressions.indexesOf('Quantity', 'value > 100', quantities)).toEqual([0])
  const resources = [
    { resourceType: 'Patient', active: true },
    { resourceType: 'Group', active: false },
  ]
  expect(expressions.indexesOf('', 'active', resources)).toEqual([0])
  expect(expressions.indexesOf('', 'is(Patient)', resources)).toEqual([0])
})

it('gives the first value as text', () => {
  expect(expressions.textsOf('HumanName', "use & '-' & given.first()", NAMES)).toEqual([
    ...['official-Peter', 'usual-Jim', 'maiden-'],
  ])
  expect(expressions.textsOf('HumanName', 'family', NAMES)).toEqual(['Chalmers', undefined, 'Windsor'])
  expect(expressions.textsOf('HumanName', "use & '-' & $index.toString()", NAMES)).toEqual([
    'official-0',
    'usual-1',
    'maiden-2',
  ])
})

it('changes nothing of what it is given, calls nobody, and writes nothing', async () => {
  const before = structuredClone(NAMES)
  const log = vi.spyOn(console, 'log')
  expect(expressions.indexesOf('HumanName', "trace('name').exists()", NAMES)).toEqual([0, 1, 2])
  const warn = vi.spyOn(console, 'warn')
  const patients = [{ resourceType: 'Patient', birthDate: '2001-02-03' }]
  expect(expressions.indexesOf('', 'birthDate + 1.5 days > @2000-01-01', patients)).toEqual([0])
  expect([log.mock.calls, warn.mock.calls]).toEqual([[], []])
  expect(NAMES).toEqual(before)
  const evaluating = async (expression: string) =>
    expressions.indexesOf('Reference', expression, [{ reference: 'Patient/1' }])
  expect(await faultOf(evaluating('resolve().exists()'))).toMatchObject({ category: 'unprocessable' })
  expect(await faultOf(evaluating("memberOf('http://example.org')"))).toMatchObject({ category: 'unprocessable' })
})

it.each(['1 +', '$this) | ($this', 'family..exists()', ''])('%j is no FHIRPath', async expression => {
  expect(await faultOf((async () => expressions.check(expression))())).toMatchObject({
    category: 'invalid',
    issues: [{ code: 'value', expression: ['fhirpath'] }],
  })
})

it('says no more than that where the parser fails', async () => {
  expect(await faultOf((async () => expressions.check('%|0>EF#b/'))())).toMatchObject({
    issues: [{ diagnostics: '"%|0>EF#b/" is no FHIRPath: it can\'t be read' }],
  })
})

it('is too costly where it is too long', async () => {
  const long = `'${'x'.repeat(1000)}'`
  expect(await faultOf((async () => expressions.check(long))())).toMatchObject({ category: 'too-costly' })
})

it.each([
  "name.where(%context.name.where(%context.name.where(family = 'x')))",
  "name.where(%`context`.name.family = 'x').exists()",
  "name.given.select('x' & $this).exists()",
  "name.where(family.matches('^x'))",
])('%s is watched, as it may take any time', async expression => {
  const spent = createExpressions({ leftMs: 0, now: () => 0 })
  expect(spent.indexesOf('', "name.where(family = 'x')", [{ name: NAMES }])).toEqual([])
  expect(await faultOf((async () => spent.indexesOf('', expression, [{ name: NAMES }]))())).toMatchObject({
    category: 'too-costly',
  })
})
