import { beforeAll, describe, expect, it } from 'vitest'
import { CORPUS, type GraphqlWorld, graphqlWorld } from '#test/support/graphql-world.ts'
import { testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import { ALLOW_ALL } from '../access/policy.ts'
import { DEFAULT_BINARY_RULES } from '../binary/binary-rules.ts'
import type { GraphqlResult } from '../fhir-service.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import { operationRegistry } from '../operations/registry.ts'
import { DEFAULT_WRITE_RULES } from '../write-rules.ts'
import { createGraphql } from './executor.ts'
import { DEFAULT_GRAPHQL_LIMITS, type GraphqlLimits } from './limits.ts'

let world: GraphqlWorld

beforeAll(async () => {
  world = graphqlWorld()
  await world.put(...CORPUS)
})

/** The executor with other limits over the same world. */
function limited(graphqlLimits: Partial<GraphqlLimits>) {
  const { ports, service: operations } = world
  return createGraphql({
    ports,
    policy: ALLOW_ALL,
    definitions: testDefinitions,
    limits: DEFAULT_LIMITS,
    rules: DEFAULT_WRITE_RULES,
    binaries: DEFAULT_BINARY_RULES,
    operations,
    operationRegistry: operationRegistry([]),
    graphqlLimits,
  })
}

const told = ({ errors }: GraphqlResult) =>
  errors?.map(({ message, locations, extensions }) => [message, extensions?.category, locations])

/** Refused before anything is read. */
async function refusalOf(query: string, graphqlLimits: Partial<GraphqlLimits> = {}) {
  world.portCalls.reset()
  const result = await limited(graphqlLimits).graphql(world.call, { query })
  expect(result.data).toBeUndefined()
  expect(world.portCalls).toMatchObject({ searches: 0, reads: 0 })
  return told(result)
}

describe('a document is refused before anything is read', () => {
  it('where it has too many tokens', async () => {
    const { tokensMax } = DEFAULT_GRAPHQL_LIMITS
    expect(await refusalOf(`{ ${'a '.repeat(tokensMax)} }`)).toEqual([
      [`The document has more than ${tokensMax} tokens`, 'too-costly', [{ line: 1, column: 2 * tokensMax + 1 }]],
    ])
  })

  it('where it is too deep', async () => {
    const nested = (depth: number) =>
      `{ Patient(id: "1") { ${'extension { '.repeat(depth)} url ${'} '.repeat(depth)} } }`
    expect(await refusalOf(nested(24))).toEqual([
      ['The document is 26 levels deep; the limit is 25', 'too-costly', [{ line: 1, column: 1 }]],
    ])
  })

  it('where it is deeper than any stack', async () => {
    const deep = 'The document has too many brackets inside of each other'
    const wrap = (open: string, inside: string, close: string, times: number) =>
      open.repeat(times) + inside + close.repeat(times)
    for (const query of [
      wrap('{ a ', '{ b }', '}', 6000),
      `{ ${wrap('... { ', '__typename', ' }', 150)} }`,
      `{ ${wrap('... { ', '__typename', ' }', 4800)} }`,
      `{ a(b: ${wrap('[', '1', ']', 9000)}) }`,
      `query Q($a: ${wrap('[', 'Int', ']', 9000)}) { __typename }`,
    ]) {
      expect(await refusalOf(query)).toEqual([[deep, 'too-costly', undefined]])
    }
  })

  it('where fragments multiply its fields', async () => {
    const fragments = Array.from(
      { length: 20 },
      (_, index) =>
        `fragment F${index} on Extension { a: extension { ...F${index + 1} } b: extension { ...F${index + 1} } }`,
    )
    const query = `{ Patient(id: "1") { extension { ...F0 } } } ${fragments.join(' ')} fragment F20 on Extension { url }`
    expect(await refusalOf(query)).toEqual([
      ['The document selects 3145728 fields; the limit is 10000', 'too-costly', [{ line: 1, column: 1 }]],
    ])
  })

  it('where it asks for too much, by aliases, by counts, by nesting', async () => {
    const refused = (estimate: number) => [
      [
        `The document asks for an estimated ${estimate} values; the limit is 500000`,
        'too-costly',
        [{ line: 1, column: 1 }],
      ],
    ]
    const aliases = Array.from({ length: 1000 }, (_, index) => `a${index}: PatientList(_count: 1000) { id }`)
    expect(await refusalOf(`{ ${aliases.join(' ')} }`)).toEqual(refused(2_020_000))
    const list = (name: string, count: number, below: string) =>
      `${name}(_reference: "patient", _count: ${count}) { ${below} }`
    const nested = `{ PatientList(_count: 1000) { ${list('ObservationList', 1000, 'id')} } }`
    expect(await refusalOf(nested)).toEqual(refused(2_021_020))
    const unsaid =
      '{ PatientList { ObservationList(_reference: "patient") { subject { resource { ... on Patient { ObservationList(_reference: "patient") { subject { resource { ... on Patient { ObservationList(_reference: "patient") { id } } } } } } } } } } }'
    expect((await refusalOf(unsaid))?.[0]?.[0]).toMatch(/^The document asks for an estimated \d+ values/)
  })

  it('where it has literals, names or directives without end, with a sentence that has one', async () => {
    const long = 'x'.repeat(1_000_000)
    for (const query of [
      `{ PatientList(_count: "${long}") { id } }`,
      `{ ${long} }`,
      `query Q($v: ${long}) { __typename @skip(if: $v) }`,
      `{ PatientList ${'@skip(if: true) '.repeat(3000)} { id } }`,
      `{ "${long}" }`,
    ]) {
      const refusals = await refusalOf(query)
      expect(refusals?.length).toBeGreaterThan(0)
      for (const [message] of refusals ?? []) expect(String(message).length).toBeLessThan(1100)
    }
  })

  it('where an argument is out of range or no FHIRPath, with its place', async () => {
    expect(await refusalOf('{ Patient(id: "1") { name(_offset: -1) { use } } }')).toEqual([
      ['The argument "_offset" must be 0 or more', 'invalid', [{ line: 1, column: 22 }]],
    ])
    expect(await refusalOf('{ Patient(id: "1") {\n name(fhirpath: "(") { use } } }')).toEqual([
      [expect.any(String), 'invalid', [{ line: 2, column: 2 }]],
    ])
  })

  it('where FHIRPath would be evaluated on too much', async () => {
    const { graphql } = limited({ costMax: 1000 })
    const { errors } = await graphql(world.call, { query: '{ PatientList(fhirpath: "active", _count: 1) { id } }' })
    expect(errors?.map(({ message }) => message)).toEqual([
      'The document asks for an estimated 1022 values; the limit is 1000',
    ])
  })

  it('with a count from a variable', async () => {
    const query = 'query Q($n: Int) { PatientList(_count: $n) { id name { family } } }'
    const { graphql } = limited({ costMax: 100 })
    expect(told(await graphql(world.call, { query, variables: { n: 20 } }))).toBeUndefined()
    expect(told(await graphql(world.call, { query, variables: { n: 21 } }))).toEqual([
      ['The document asks for an estimated 104 values; the limit is 100', 'too-costly', [{ line: 1, column: 1 }]],
    ])
  })
})

describe('while it runs, a request', () => {
  it('reads no more resources than it may', async () => {
    const result = await limited({ resourcesMax: 3 }).graphql(world.call, {
      query: '{ PatientList { id } ObservationList { id } }',
    })
    expect(result.data).toEqual({ PatientList: [{ id: 'anna' }, { id: 'olaf' }], ObservationList: null })
    expect(told(result)).toEqual([['The request reads more than 3 resources', 'too-costly', [{ line: 1, column: 22 }]]])
  })

  it('answers with no more values than it may', async () => {
    const result = await limited({ valuesMax: 6 }).graphql(world.call, { query: '{ PatientList { id active } }' })
    expect([result.data, told(result)]).toEqual([
      { PatientList: null },
      [['The response would have more than 6 values', 'too-costly', [{ line: 1, column: 3 }]]],
    ])
  })

  it('gives FHIRPath no more time than it may have', async () => {
    const long = `(1|2|3|4|5|6|7|8|9).${'select($this|1|2|3|4|5|6|7|8|9|$this+10).'.repeat(12)}exists()`
    const query = `{ Patient(id: "anna") { id name(fhirpath: "${long}") { use } identifier(fhirpath: "true.all(true)") { value } } }`
    const result = await limited({ expressionMsMax: 20 }).graphql(world.call, { query })
    expect(result.data).toEqual({ Patient: { id: 'anna', name: null, identifier: [{ value: '12' }, { value: '13' }] } })
    expect(told(result)).toEqual([
      ['The FHIRPath expressions of this request take too long', 'too-costly', [{ line: 1, column: 28 }]],
    ])
  })

  it('ends at its deadline', async () => {
    const call = testCall({ deadline: world.ports.clock.now() })
    const result = await world.service.graphql(call, { query: '{ PatientList { id } __typename }' })
    expect([result.data, told(result)]).toEqual([
      { PatientList: null, __typename: 'Query' },
      [['The time for this request is over', 'too-costly', [{ line: 1, column: 3 }]]],
    ])
  })
})
