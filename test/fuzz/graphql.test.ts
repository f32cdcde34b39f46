/** Whatever is sent as GraphQL: an answer in GraphQL's form, never a failure of the server. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'
import { drawFrom, randomDocument } from '#test/support/arbitrary-graphql.ts'
import { generatedSchema } from '#test/support/generated-schema.ts'

const schema = generatedSchema()

let world: World

beforeAll(async () => {
  world = await startWorld({ config: { logLevel: 'silent' } })
})

afterAll(() => world.close())

const WORDS = (
  '{ } ( ) [ ] : ! ... @ $ | & = " """ # on fragment query mutation subscription true false null 1 -1 1e999 0.5 "x" ' +
  'Patient PatientList PatientConnection PatientCreate PatientUpdate PatientPatch PatientDelete transaction bundle ' +
  'id res patch criteria ifMatch ifNoneExist _count _offset _sort _filter _cursor _reference fhirpath name family use ' +
  'resource optional type subject ConditionList __typename __schema __type __proto__ constructor skip include if ' +
  'flatten first singleton slice path $index a b F String ID PatientInput \\u0000 \\uD800 🏃 999999999999999999999'
).split(' ')

const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map(parts => parts.join(' '))

/** Valid ones too: a random document with some of its words exchanged. */
const spoilt = fc.tuple(fc.integer(), fc.nat(4)).map(([seed, count]) => {
  const draw = drawFrom(seed)
  const parts = randomDocument(schema, draw).query.match(/[$@]?\w+|"[^"]*"|\.{3}|[^\s\w]/g) ?? []
  for (let left = count; left > 0; left -= 1) parts[draw(parts.length)] = WORDS[draw(WORDS.length)] ?? ''
  return parts.join(' ')
})

const values = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom('family.exists()', '(', "name.where(use='x')", 'repeat(children())', "'a'.matches('(a+)+$')"),
  fc.constantFrom('name eq x', 'a or', '((((', 'name co "', '_filter eq 1'),
)

const argued = fc
  .tuple(
    fc.constantFrom(
      ...['_filter', 'fhirpath', '_sort', '_cursor', 'birthdate', 'name', '_count', 'nothing'],
      ...['_text', '_content', '_list', '_id', '_lastUpdated'],
    ),
    values,
    fc.boolean(),
  )
  .map(([name, value, slices]) => {
    const text = JSON.stringify(value)
    return `{ PatientList(${name}: ${text}) { id name(fhirpath: ${text}) ${slices ? `@slice(path: ${text})` : ''} { use } } }`
  })

const variables = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 3 }))

const request = fc.record(
  { query: fc.oneof(words, spoilt, argued), variables, operationName: fc.constantFrom(undefined, null, 'Q', 1) },
  { requiredKeys: ['query'] },
)

describe.each([
  ['the stand-in for AppSync', () => world.graphqlUrl],
  ['$graphql of the system', () => `${world.baseUrl}/$graphql`],
  ['$graphql of an instance', () => `${world.baseUrl}/Patient/a/$graphql`],
])('%s', (_name, urlOf) => {
  test('answers every document with data or errors, each with a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(request, async sent => {
        const response = await fetch(urlOf(), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(sent),
        })
        const text = await response.text()
        expect(response.status, text).toBeLessThan(500)
        const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: { message: string }[] }
        expect(data !== undefined || errors !== undefined).toBe(true)
        for (const { message } of errors ?? []) {
          expect(message).toMatch(/\S/)
          expect(message).not.toMatch(/Internal error|undefined|\[object|TypeError|RangeError|Maximum call/)
        }
      }),
      { numRuns: 250, endOnFailure: true },
    )
  }, 120_000)
})
