/** Which documents are valid, and what is wrong with the others: ours against graphql-js over the generated SDL. */
import fc from 'fast-check'
import { parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { createDefinitions } from '#service/definitions.ts'
import { DEFAULT_GRAPHQL_LIMITS } from '#service/graphql/limits.ts'
import { createModel } from '#service/graphql/model/model.ts'
import { parseDocument } from '#service/graphql/parse-document.ts'
import { validateDocument } from '#service/graphql/validation/validate-document.ts'
import { type Draw, drawFrom, randomDocument } from '#test/support/arbitrary-graphql.ts'
import { generatedSchema } from '#test/support/generated-schema.ts'

const schema = generatedSchema()
const model = createModel(createDefinitions().for(tenantOf('test')))

const ours = (text: string) =>
  validateDocument(
    model,
    parseDocument(text, DEFAULT_GRAPHQL_LIMITS.tokensMax),
    ({ operation }) => model.root(operation),
    DEFAULT_GRAPHQL_LIMITS,
  )

const withoutAdvice = (message: string) =>
  message.endsWith('{ ... }"?') ? message : message.replace(/ Did you mean .*$/, '')

const summary = (errors: readonly { message: string; locations?: unknown }[]) =>
  errors.map(({ message, locations }) => JSON.stringify([withoutAdvice(message), locations])).sort()

const VALID: readonly string[] = [
  '{ Patient(id: "1") { id name { family given } } }',
  'query Q($id: ID!) { Patient(id: $id) { id } }',
  'query Q($name: [String]) { PatientList(name: $name, _count: 5) { id } }',
  'query Q($name: [String!]! = ["a"]) { PatientList(name: $name, _id: "1") { id } }',
  'query Q($id: ID = "1") { Patient(id: $id) { id } }',
  '{ a: PatientList { id } b: PatientList(_sort: "name") { __typename } }',
  '{ ObservationList { subject { resource { ... on Patient { birthDate _birthDate { id extension { url } } } } } } }',
  '{ ObservationList { subject { resource { ... on Resource { __typename } ... { __typename } } } } }',
  '{ Patient(id: "1") { ...F } } fragment F on Patient { id ...G } fragment G on Resource { ... on Patient { active } }',
  '{ Patient(id: "1") { id @skip(if: true) name @include(if: false) { family } } }',
  'query Q($on: Boolean!) { Patient(id: "1") { ... @include(if: $on) { id } } }',
  '{ Patient(id: "1") { ConditionList(_reference: "patient") { id } } }',
  '{ Patient(id: "1") { ConditionConnection(_reference: "patient") { count edges { resource { id } } } } }',
  'mutation { PatientCreate(res: { active: true, name: { family: "A", given: "B" } }) { id } }',
  'mutation M($res: PatientInput!) { PatientUpdate(id: 1, res: $res) { id } PatientDelete(id: "1") { issue { code } } }',
  'mutation M($b: Boolean) { PatientCreate(res: { active: $b, contained: ["{}"] }) { id } }',
  'mutation M($b: AWSJSON!) { transaction(bundle: $b) }',
  '{ ObservationList { valueQuantity { value } valueString } }',
  '{ ObservationList { subject { resource { ... on Patient { x: id } ... on Group { x: id } } } } }',
  '{ ObservationList { subject { resource { ... on Patient { x: name { family } } ... on Group { x: member { inactive } } } } } }',
  '{ TaskList { input { valueString } } StructureMapList { group { input { name } } } }',
  'query A { PatientList { id } } query B { PatientList { id } }',
  'query Q($i: Int) { ObservationList(_count: $i) { id } }',
]

const INVALID: readonly string[] = [
  '{ Nothing }',
  '{ Patient(id: "1") { nothing } }',
  '{ Patient(id: "1") { name } }',
  '{ Patient(id: "1") { name { family { x } } } }',
  '{ Patient(id: "1") { id { x } } }',
  '{ Patient { id } }',
  '{ Patient(id: null) { id } }',
  '{ Patient(id: "1", name: "x") { id } }',
  '{ Patient(id: "1", id: "2") { id } }',
  '{ PatientList(nothing: "1") { id } }',
  '{ PatientList(_count: "5") { id } }',
  '{ PatientList(_count: 5.5) { id } }',
  '{ PatientList(_count: 9999999999) { id } }',
  '{ PatientList(_count: [5]) { id } }',
  '{ Patient(id: "1") { ConditionList { id } } }',
  '{ Patient(id: "1") { BinaryList(_reference: "x") { id } } }',
  '{ Patient(id: "1") { ...Missing } }',
  '{ Patient(id: "1") { id } } fragment F on Patient { id }',
  '{ Patient(id: "1") { ...F } } fragment F on Observation { id }',
  '{ Patient(id: "1") { ... on Observation { id } } }',
  '{ Patient(id: "1") { ... on HumanName { family } } }',
  '{ Patient(id: "1") { ... on Nothing { id } } }',
  '{ Patient(id: "1") { ... on String { id } } }',
  '{ Patient(id: "1") { ...F } } fragment F on PatientInput { id }',
  '{ Patient(id: "1") { ...F } } fragment F on Patient { ...F }',
  '{ Patient(id: "1") { ...F } } fragment F on Patient { ...G } fragment G on Patient { ...H } fragment H on Patient { ...F ...G }',
  '{ Patient(id: "1") { ...F } } fragment F on Patient { id } fragment F on Patient { active }',
  'query Q { PatientList { id } } query Q { PatientList { id } }',
  'query Q { PatientList { id } } { PatientList { id } }',
  'query Q($id: ID!) { Patient(id: $id, nothing: $other) { id } }',
  'query Q($id: ID!, $unused: String) { Patient(id: $id) { id } }',
  'query Q($id: ID!, $id: ID!) { Patient(id: $id) { id } }',
  'query Q($id: ID) { Patient(id: $id) { id } }',
  'query Q($id: Patient!) { Patient(id: $id) { id } }',
  'query Q($id: Nothing!) { Patient(id: $id) { id } }',
  'query Q($n: Int = "x") { PatientList(_count: $n) { id } }',
  'query Q($n: String) { PatientList(_count: $n) { id } }',
  'query Q { Patient(id: "1") { ...F } } fragment F on Patient { id @include(if: $on) }',
  'query Q($on: String) { Patient(id: "1") { id @include(if: $on) } }',
  '{ Patient(id: "1") { id @skip } }',
  '{ Patient(id: "1") { id @skip(if: "yes") } }',
  '{ Patient(id: "1") { id @skip(if: true) @skip(if: false) } }',
  '{ Patient(id: "1") { id @nothing } }',
  'query Q @skip(if: true) { PatientList { id } }',
  '{ Patient(id: "1") { id @skip(if: true, nothing: 1) } }',
  '{ Patient(id: "1") { a: id a: active } }',
  '{ Patient(id: "1") { a: name { family } a: address { city } } }',
  '{ a: PatientList { id } a: PatientList(_count: 1) { id } }',
  '{ Patient(id: "1") { name { a: family } name { a: text } } }',
  '{ ObservationList { subject { resource { ... on Patient { x: id } ... on Group { x: quantity } } } } }',
  '{ ObservationList { subject { resource { ... on Patient { x: name { y: family } } ... on Group { x: member { y: inactive } } } } } }',
  '{ ObservationList { subject { resource { nothing } } } }',
  '{ ObservationList { subject { resource { name { family } } } } }',
  '{ ObservationList { subject { resource { ConditionList(_reference: "patient") { id } } } } }',
  'type T { id: ID }',
  '{ PatientList { id } } type T { id: ID } schema { query: T }',
  'mutation { PatientCreate(res: { nothing: 1, active: "x", name: [{ family: 1 }] }) { id } }',
  'mutation { PatientCreate(res: "x") { id } }',
  'mutation { PatientCreate(res: { active: true, active: false }) { id } }',
  'mutation { PatientCreate(res: { name: [{ given: [1, "a"] }] }) { id } }',
  'mutation { PatientCreate { id } }',
  'mutation M($res: ObservationInput!) { PatientCreate(res: $res) { id } }',
  'mutation M($f: [String]) { PatientCreate(res: { name: { family: $f } }) { id } }',
]

describe('a valid document', () => {
  it.each(VALID)('%s', text => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([])
    expect(ours(text)).toEqual([])
  })
})

describe('an invalid document is told what graphql-js would tell it', () => {
  it.each(INVALID)('%s', text => {
    const theirs = summary(validate(schema, parse(text)))
    expect(theirs.length).toBeGreaterThan(0)
    expect(summary(ours(text))).toEqual(theirs)
  })
})

const WORDS = (
  'nothing id name Patient HumanName Resource String Int ID Boolean true 5 "x" null _count _id $yes $no $ids $other ' +
  'include skip on fragment query F0 F1 { } ( ) : !'
).split(' ')

/** The document with one or two of its words exchanged. */
function spoil(text: string, draw: Draw): string {
  const words = text.match(/[$@]?\w+|"[^"]*"|\.{3}|[^\s\w]/g) ?? []
  const pool = [...WORDS, ...words]
  for (let left = 1 + draw(2); left > 0; left -= 1) words[draw(words.length)] = pool[draw(pool.length)] ?? ''
  return words.join(' ')
}

/** Here more is valid than in the SDL: scalars where text is meant, list arguments, `resource(type: Patient)`. */
const LENIENT: readonly RegExp[] = [
  /^(String|ID) cannot represent a non/,
  /^Variable "\$\w+" of type "\[?\w+!?\]?!?" used in position expecting type "\[?(String|ID)/,
  /^Unknown argument "\w+" on field/,
  /^Cannot query field "\w+" on type "Resource"/,
  // `resource(type: Patient) {...} resource(type: Group) {...}`
  /"\w*resource" conflict because they have differing arguments/,
  // A scalar of HL7's schema files.
  /^Unknown type "[a-z]\w*"/,
]

const isLenient = (message: string) => LENIENT.some(pattern => pattern.test(message))

function problemsOf(validateText: () => readonly { readonly message: string }[]): readonly string[] {
  try {
    return validateText().map(({ message }) => message)
  } catch (thrown) {
    return [(thrown as Error).message]
  }
}

it('random documents with words exchanged are as valid as graphql-js finds them', () => {
  const counts = { valid: 0, invalid: 0 }
  fc.assert(
    fc.property(fc.integer(), seed => {
      const draw = drawFrom(seed)
      const text = spoil(randomDocument(schema, draw).query, draw)
      const theirs = problemsOf(() => validate(schema, parse(text)))
      const mine = problemsOf(() => ours(text))
      if (theirs.length === 0) {
        counts.valid += 1
        expect(mine, text).toEqual([])
      } else if (!theirs.every(isLenient)) {
        counts.invalid += 1
        expect(mine.length, `${text}\n${theirs.join('\n')}`).toBeGreaterThan(0)
      }
    }),
    { numRuns: 1000, endOnFailure: true },
  )
  expect(counts.valid).toBeGreaterThan(2)
  expect(counts.invalid).toBeGreaterThan(500)
}, 120_000)
