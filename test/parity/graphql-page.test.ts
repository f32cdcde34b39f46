/**
 * The documents of R4 graphql.html, with text in quotes where AppSync wants it: the same data from `$graphql` and from
 * the stand-in for AppSync, or a refusal there that says what it doesn't know.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'
import { PAGE_RESOURCES } from '#test/support/graphql-page-world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ config: { logLevel: 'silent' } })
  for (const resource of PAGE_RESOURCES) {
    await fetch(`${world.baseUrl}/${resource.resourceType}/${resource.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(resource),
    })
  }
})

afterAll(() => world.close())

interface Answer {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly path?: unknown; readonly locations?: unknown[] }[]
}

async function ask(url: string, query: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })
  return (await response.json()) as Answer
}

const throughRest = (query: string) => ask(`${world.baseUrl}/$graphql`, query)
const throughAppSync = (query: string) => ask(world.graphqlUrl, query)

const failures = ({ errors }: Answer) => errors?.map(({ message, path }) => [message, path])

describe('gives the same data', () => {
  it.each([
    '{ Patient(id: "example") { name { text given family } } }',
    '{ Observation(id: "example") { valueQuantity { value unit } } }',
    '{ Patient(id: "example") { birthDate _birthDate { extension {valueDateTime} } } }',
    '{ Patient(id: "example") { name(use: "official") { text given family } } }',
    '{ Patient(id: "example") { myext: extension(url: "http://myextension.url/details") { value : valueString } } }',
    '{ Patient(id: "example") { name(_count: 1, _offset: 1) { given } telecom(rank: "2") { value } } }',
    '{ Observation(id: "example") { id subject { reference resource { ...on Patient { birthDate } ...on Group { name } } } } }',
    '{ Observation(id: "example") { subject { a: resource(type: "Patient") { ...on Patient { id } } b: resource(type: "Group") { ...on Group { name } } } } }',
    '{ Observation(id: "example") { performer { resource(optional: true) { __typename } } } }',
    '{ Observation(id: "example") { performer { resource { __typename } } } }',
    '{ Patient(id: "example") { id, active } }',
    '{ Patient(id: "nobody") { id, active } }',
    '{ ConditionList(clinical_status: "relapse", patient: "example") { id, clinicalStatus { coding { code } } } }',
    '{ PatientList(_id: ["1", "2", "example"], _sort: "_id") { id } }',
    '{ ConditionList(patient: "example", fhirpath: "code.text.endsWith(\'3\')") { id } }',
    '{ ConditionConnection(clinical_status: "active", patient: "example", _sort: "_id") { count offset pagesize edges { mode, score, resource { id } } previous next } }',
    '{ ConditionConnection(_cursor: "45f9ada8-db37-4498-ba7d-75a044668387") { count edges { mode } first previous next last } }',
    '{ Patient(id: "example") { name { family } ConditionList(_reference: "patient", _sort: "_id") { id } } }',
    '{ Patient(id: "example") { ConditionConnection(_reference: "patient", _count: 1) { count offset pagesize edges { resource { resourceType } } } } }',
    '{ Patient(id: "example") { id @skip(if: true) active @include(if: true) } }',
  ])('%s', async query => {
    const [rest, appsync] = [await throughRest(query), await throughAppSync(query)]
    expect(rest.data).toBeDefined()
    expect([appsync.data, failures(appsync)]).toEqual([rest.data, failures(rest)])
  })
})

describe('is refused by AppSync, which has no such thing', () => {
  it.each([
    ['{ Patient(id: example) { id } }', 'ID cannot represent a non-string and non-integer value: example'],
    ['{ PatientList(active: true) { id } }', 'String cannot represent a non string value: true'],
    [
      '{ Patient(id: "example") { name(fhirpath: "family.exists()") { family } } }',
      'Unknown argument "fhirpath" on field "Patient.name".',
    ],
    ['{ List(id: "long") { entry(_count: 5) { deleted } } }', 'Unknown argument "_count" on field "List.entry".'],
    ['{ Patient(id: "example") { name @flatten { family } } }', 'Unknown directive "@flatten".'],
    ['{ Patient(id: "example") { name @slice(path: "use") { family } } }', 'Unknown directive "@slice".'],
    [
      '{ Observation(id: "example") { subject { resource(type: "Patient") { birthDate } } } }',
      expect.stringMatching(/^Cannot query field "birthDate" on type "Resource"\. Did you mean/),
    ],
  ])('%s', async (query, message) => {
    const answer = await throughAppSync(query)
    expect([answer.data, answer.errors?.map(each => each.message)]).toEqual([null, [message]])
    expect(answer.errors?.[0]?.locations).toEqual([{ line: 1, column: expect.any(Number), sourceName: null }])
    expect((await throughRest(query)).errors).toBeUndefined()
  })
})
