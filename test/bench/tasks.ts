/** What the load generator asks, by name. Each gives the bytes of the next request. */
import { tenantOf } from '#service/call.ts'
import { createDefinitions } from '#service/definitions.ts'
import { writeXml } from '#service/formats/write-xml.ts'
import { type RawRequest, rawRequest } from './raw-client.ts'

/** What there is to ask for: taken from the server after it was loaded. */
export interface KnownData {
  readonly observations: readonly string[]
  readonly patients: readonly KnownPatient[]
  /** `system|code` of Observations, each as often as it occurs. */
  readonly codes: readonly string[]
  /** Days on which there are Observations: YYYY-MM-DD. */
  readonly days: readonly string[]
}

export interface KnownPatient {
  readonly id: string
  /** `system|value` */
  readonly identifier: string
}

export interface Task {
  readonly expectedStatus: number
  /** What an answer must have in it: GraphQL says 200 to errors too. */
  readonly expectedText: string
  /** Different for each number, in no order that a cache would like. */
  next(index: number): RawRequest
}

const TASK_NAMES = [
  'read',
  'create',
  'update',
  'patch',
  'read-xml',
  'create-xml',
  'search-token',
  'search-date',
  'search-chained',
  'graphql-list',
  'graphql-operation',
] as const

export type TaskName = (typeof TASK_NAMES)[number]

export function createTask(name: TaskName, data: KnownData): Task {
  const { observations, patients, codes, days } = data
  const get = (path: (index: number) => string): Task => ({
    expectedStatus: 200,
    expectedText: '"resourceType":',
    next: index => ({ method: 'GET', path: `/fhir/${path(index)}` }),
  })
  const graphql = (path: string): Task => ({
    expectedStatus: 200,
    expectedText: '{"data":{"ObservationList":[{"id":',
    next: index => ({ method: 'POST', path, contentType: 'application/json', body: nestedList(pick(codes, index)) }),
  })
  const tasks: Readonly<Record<TaskName, () => Task>> = {
    read: () => get(index => `Observation/${pick(observations, index)}`),
    create: () => ({
      expectedStatus: 201,
      expectedText: '"versionId":"1"',
      next: index => ({ method: 'POST', path: '/fhir/Observation', body: written(data, index) }),
    }),
    update: () => ({
      expectedStatus: 200,
      expectedText: '"versionId":',
      next(index) {
        const id = pick(observations, index)
        return { method: 'PUT', path: `/fhir/Observation/${id}`, body: written(data, index, id) }
      },
    }),
    patch: () => ({
      expectedStatus: 200,
      expectedText: '"versionId":',
      next: index => ({
        method: 'PATCH',
        path: `/fhir/Observation/${pick(observations, index)}`,
        contentType: 'application/json-patch+json',
        body: `[{"op":"replace","path":"/valueQuantity/value","value":${index % 1_000_000}}]`,
      }),
    }),
    'read-xml': () => {
      const { next } = tasks.read()
      return {
        expectedStatus: 200,
        expectedText: '<Observation ',
        next: index => ({ ...next(index), accept: FHIR_XML }),
      }
    },
    'create-xml': () => {
      const bodies = Array.from({ length: XML_BODIES }, (_, index) => asXml(written(data, index)))
      const request = { method: 'POST', path: '/fhir/Observation', contentType: FHIR_XML, accept: FHIR_XML }
      return {
        expectedStatus: 201,
        expectedText: '<versionId value="1"/>',
        next: index => ({ ...request, body: pick(bodies, index) }),
      }
    },
    'search-token': () =>
      get(index => `Observation?patient=${pick(patients, index).id}&code=${encoded(pick(codes, index))}&_count=10`),
    'search-date': () => get(index => `Observation?date=${pick(days, index)}&_count=10`),
    'search-chained': () =>
      get(index => `Observation?patient.identifier=${encoded(pick(patients, index).identifier)}&_count=10`),
    'graphql-list': () => graphql('/graphql'),
    'graphql-operation': () => graphql('/fhir/$graphql'),
  }
  return tasks[name]()
}

export const bytesOf = (host: string, request: RawRequest): string => rawRequest(host, request)

// A large prime: neighbours in time are far apart in the data.
const STRIDE = 7_368_787

function pick<T>(list: readonly T[], index: number): T {
  const item = list[(index * STRIDE) % list.length]
  if (item === undefined) throw new Error('There is no data to ask for')
  return item
}

const FHIR_XML = 'application/fhir+xml'

/** Made beforehand: what the generator works on a request would be taken from the server. */
const XML_BODIES = 500

function asXml(json: string): string {
  const definitions = createDefinitions().for(tenantOf('bench'))
  return Buffer.concat(writeXml(definitions, JSON.parse(json))).toString()
}

const encoded = (text: string): string => encodeURIComponent(text)

const nestedList = (code: string): string =>
  JSON.stringify({
    query: `query ($code: [String]) {
      ObservationList(code: $code, _count: 20) {
        id status effectiveDateTime
        code { text coding { system code display } }
        valueQuantity { value unit }
        subject { reference resource { ... on Patient { id birthDate gender name { family given } } } }
      }
    }`,
    variables: { code },
  })

/** With codes and patients as they are there already, so that searches after it find as much as before. */
const written = ({ patients, codes }: KnownData, index: number, id?: string): string =>
  observation({ patient: pick(patients, index).id, code: pick(codes, index), index, ...(id && { id }) })

export interface ObservationParts {
  readonly patient: string
  /** `system|code` */
  readonly code: string
  readonly index: number
  readonly id?: string
}

/** A vital sign of about 1.5 KB, as Synthea writes it. */
export function observation({ patient, code: systemAndCode, index, id }: ObservationParts): string {
  const day = new Date(Date.UTC(2015, 0, 1) + (index % 3650) * 86_400_000).toISOString()
  const [system, code] = systemAndCode.split('|')
  return JSON.stringify({
    resourceType: 'Observation',
    ...(id && { id }),
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure'] },
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>Blood pressure panel, measured sitting, ${index}</p></div>`,
    },
    identifier: [{ system: 'https://example.org/observations', value: `measured-${index}` }],
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'vital-signs',
            display: 'Vital signs',
          },
        ],
      },
    ],
    code: {
      coding: [{ system, code, display: 'Blood pressure panel with all children optional' }],
      text: 'Blood pressure panel with all children optional',
    },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: day,
    issued: day,
    component: [
      { code: loinc('8462-4', 'Diastolic Blood Pressure'), valueQuantity: pressure(60 + (index % 40)) },
      { code: loinc('8480-6', 'Systolic Blood Pressure'), valueQuantity: pressure(100 + (index % 60)) },
    ],
  })
}

const loinc = (code: string, display: string): object => ({
  coding: [{ system: 'http://loinc.org', code, display }],
  text: display,
})

const pressure = (value: number): object => ({
  value,
  unit: 'mm[Hg]',
  system: 'http://unitsofmeasure.org',
  code: 'mm[Hg]',
})
