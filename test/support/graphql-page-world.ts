/** A world with the resources that the examples of R4 graphql.html are about, asked over REST. */
import { expect } from 'vitest'
import { openRestWorld, type RestWorld } from './rest-world.ts'

/** The patient of the page's examples. */
export const EXAMPLE = {
  resourceType: 'Patient',
  id: 'example',
  identifier: [{ use: 'usual', system: 'urn:oid:1.2.36.146.595.217.0.1', value: '12345' }],
  active: true,
  name: [
    { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
    { use: 'usual', given: ['Jim'] },
    { use: 'maiden', family: 'Windsor', given: ['Peter', 'James'] },
  ],
  telecom: [
    { system: 'phone', value: '1', rank: 1 },
    { system: 'phone', value: '2', rank: 2 },
  ],
  birthDate: '1974-12-25',
  _birthDate: { extension: [{ url: 'http://example.org/time', valueDateTime: '1974-12-25T14:35:45-05:00' }] },
  extension: [
    { url: 'http://myextension.url/details', valueString: 'some value' },
    { url: 'http://myextension.url/other', valueString: 'another' },
  ],
}

const condition = (id: string, code: string) => ({
  resourceType: 'Condition',
  id,
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] },
  code: { text: `Condition ${id}` },
  subject: { reference: 'Patient/example' },
})

export const PAGE_RESOURCES = [
  EXAMPLE,
  { resourceType: 'Patient', id: '2', active: false, name: [{ family: 'Peters' }] },
  { resourceType: 'Group', id: 'g', type: 'person', actual: true, name: 'Everyone' },
  condition('c1', 'relapse'),
  condition('c2', 'active'),
  condition('c3', 'active'),
  {
    resourceType: 'Observation',
    id: 'example',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: 'Patient/example' },
    valueQuantity: { value: 185, unit: 'lbs' },
    performer: [{ reference: 'Practitioner/gone' }],
  },
  {
    resourceType: 'Observation',
    id: 'of-group',
    status: 'final',
    code: { text: 'Size' },
    subject: { reference: 'Group/g' },
  },
  {
    resourceType: 'List',
    id: 'long',
    status: 'current',
    mode: 'working',
    entry: Array.from({ length: 12 }, (_, index) => ({
      deleted: index % 2 === 0,
      item: { reference: `Patient/${index}` },
    })),
  },
]

export interface GraphqlAnswer {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly resource: unknown } }[]
}

export interface GraphqlPageWorld extends RestWorld {
  /** By GET, at an address below the base; the answer is a 200. */
  ask(address: string, query: string): Promise<GraphqlAnswer>
  /** `data` of a document that has no errors: of the example Patient, of the system. */
  ofPatient(query: string): Promise<unknown>
  ofSystem(query: string): Promise<unknown>
  dataOf(address: string, query: string): Promise<unknown>
}

export async function openGraphqlPageWorld(): Promise<GraphqlPageWorld> {
  const world = await openRestWorld()
  for (const body of PAGE_RESOURCES) await world.send(`PUT /${body.resourceType}/${body.id}`, { body })
  const ask = async (address: string, query: string): Promise<GraphqlAnswer> => {
    const { status, body } = await world.send(`GET ${address}/$graphql?query=${encodeURIComponent(query)}`)
    expect(status).toBe(200)
    return body as GraphqlAnswer
  }
  const dataOf = async (address: string, query: string): Promise<unknown> => {
    const { data, errors } = await ask(address, query)
    expect(errors).toBeUndefined()
    return data
  }
  return {
    ...world,
    ask,
    dataOf,
    ofPatient: query => dataOf('/Patient/example', query),
    ofSystem: query => dataOf('', query),
  }
}
