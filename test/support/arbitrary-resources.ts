/** Small random resources whose values come from small pools, so that random searches find some of them. */
import fc from 'fast-check'
import type { JsonValue, ResourceContent } from '#service/resource/content.ts'

export const BASE_URL = 'http://localhost/fhir'

/** Types of a random corpus; each has ids of one pool, so that references hit. */
export const CORPUS_TYPES = [
  'Organization',
  'Practitioner',
  'Patient',
  'Encounter',
  'Observation',
  'RiskAssessment',
  'Questionnaire',
  'QuestionnaireResponse',
  'Location',
  'MolecularSequence',
  'DocumentReference',
] as const

const IDS = ['1', '2', '3', 'a', 'b', 'a-b', 'Z.9', '-']
const WORDS = ['Ann', 'anna', 'Ånna', 'José  Luis', 'van der Berg', 'O_Neil', '100% sure', 'ß', '東京', '😀', '\uffee']
const SYSTEMS = ['http://loinc.org', 'http://snomed.info/sct', 'urn:oid:1.2.3']
const CODES = ['8302-2', 'a', 'A', 'final', 'x|y', 'é']
const DATES = [
  '2012',
  '2013-01',
  '2013-01-14',
  '2013-01-14T10:00:00Z',
  '2013-01-14T10:00:00.123+02:00',
  '2013-12-31T23:59:59-05:00',
  '1969-12-31',
  '9999',
]
const FULL_DATES = DATES.filter(date => date.length > 10)
const NUMBERS = [0, 1, -1, 5, 5.4, 5.45, 99.5, 100, 100.5, 1e-7, 1e21]
const URLS = [
  'http://a.org/x',
  'http://a.org/x/y',
  'http://a.org/x-y',
  'http://a.org/x/y/z',
  'urn:uuid:0-1',
  'http://é.org',
]

const word = fc.constantFrom(...WORDS)
const system = fc.constantFrom(...SYSTEMS)
const code = fc.constantFrom(...CODES)
const date = fc.constantFrom(...DATES)
const number = fc.constantFrom(...NUMBERS)
const url = fc.constantFrom(...URLS)
const id = fc.constantFrom(...IDS)

type Fields = Readonly<Record<string, fc.Arbitrary<JsonValue>>>

/** An object with some of these fields. */
const some = (fields: Fields): fc.Arbitrary<JsonValue> => fc.record(fields, { requiredKeys: [] })

const list = (item: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> => fc.array(item, { minLength: 1, maxLength: 3 })

const coding = some({ system, code, display: word })
const concept = some({ coding: list(coding), text: word })
const identifier = some({ system, value: code, type: concept })
const period = some({ start: date, end: date })
const quantity = some({
  value: number,
  unit: fc.constantFrom('mg', 'cm'),
  system: fc.constant('http://unitsofmeasure.org'),
  code: fc.constantFrom('mg', 'g', 'cm'),
  comparator: fc.constantFrom('<', '>='),
})
const humanName = some({ family: word, given: list(word), text: word, prefix: list(word) })
const address = some({ line: list(word), city: word, country: word, postalCode: code })
const telecom = some({ system: fc.constantFrom('phone', 'email'), value: code })
const flag = fc.boolean()
const whole = fc.constantFrom(1, 2, 30)

function reference(...types: readonly string[]): fc.Arbitrary<JsonValue> {
  const local = fc.tuple(fc.constantFrom(...types), id).map(parts => parts.join('/'))
  const text = fc.oneof(
    { weight: 8, arbitrary: local },
    { weight: 1, arbitrary: local.map(target => `${BASE_URL}/${target}`) },
    { weight: 1, arbitrary: local.map(target => `${target}/_history/2`) },
    { weight: 1, arbitrary: local.map(target => `http://elsewhere.org/fhir/${target}`) },
    { weight: 2, arbitrary: fc.constantFrom('#p', '#1', '#', '#nowhere', 'urn:uuid:1') },
  )
  return fc.record({ reference: text, identifier }, { requiredKeys: ['reference'] })
}

const canonical = fc.oneof(
  url,
  url.map(text => `${text}|2`),
  id.map(text => `${BASE_URL}/Questionnaire/${text}`),
)

const BODY: Readonly<Record<(typeof CORPUS_TYPES)[number], Fields>> = {
  Organization: {
    identifier: list(identifier),
    active: flag,
    name: word,
    alias: list(word),
    address: list(address),
    partOf: reference('Organization'),
    type: list(concept),
  },
  Practitioner: { identifier: list(identifier), active: flag, name: list(humanName), telecom: list(telecom) },
  Patient: {
    identifier: list(identifier),
    active: flag,
    name: list(humanName),
    telecom: list(telecom),
    gender: fc.constantFrom('male', 'female'),
    birthDate: fc.constantFrom('1950', '1950-05', '1950-05-05', '2000-02-29'),
    deceasedBoolean: flag,
    address: list(address),
    generalPractitioner: list(reference('Practitioner', 'Organization')),
    managingOrganization: reference('Organization'),
    link: list(fc.record({ other: reference('Patient') })),
  },
  Encounter: {
    status: fc.constantFrom('planned', 'finished'),
    class: coding,
    type: list(concept),
    subject: reference('Patient'),
    period,
    length: quantity,
    serviceProvider: reference('Organization'),
    partOf: reference('Encounter'),
  },
  Observation: {
    status: fc.constantFrom('final', 'amended'),
    code: concept,
    category: list(concept),
    subject: reference('Patient'),
    encounter: reference('Encounter'),
    performer: list(reference('Practitioner', 'Organization', 'Patient')),
    effectiveDateTime: date,
    effectivePeriod: period,
    effectiveTiming: some({ event: list(fc.constantFrom(...FULL_DATES)), repeat: some({ boundsPeriod: period }) }),
    valueQuantity: quantity,
    valueCodeableConcept: concept,
    valueString: word,
    valueDateTime: date,
    hasMember: list(reference('Observation', 'QuestionnaireResponse')),
    component: list(some({ code: concept, valueQuantity: quantity, valueCodeableConcept: concept })),
  },
  RiskAssessment: {
    subject: reference('Patient'),
    performer: reference('Practitioner'),
    prediction: list(some({ probabilityDecimal: number, qualitativeRisk: concept })),
    occurrenceDateTime: date,
  },
  Questionnaire: {
    url,
    version: code,
    title: word,
    status: fc.constantFrom('draft', 'active'),
    date,
    description: word,
    derivedFrom: list(canonical),
  },
  QuestionnaireResponse: {
    questionnaire: canonical,
    status: fc.constantFrom('completed'),
    subject: reference('Patient', 'Organization'),
    author: reference('Practitioner', 'Patient'),
    authored: date,
  },
  Location: {
    name: word,
    position: fc.record({
      latitude: fc.constantFrom(0, 52.5, -33.9),
      longitude: fc.constantFrom(0, 13.4, 179.9, -179.9),
    }),
  },
  MolecularSequence: {
    referenceSeq: some({ chromosome: concept, referenceSeqId: concept, windowStart: whole, windowEnd: whole }),
    variant: list(some({ start: whole, end: whole })),
  },
  DocumentReference: {
    relatesTo: list(some({ code: fc.constantFrom('replaces', 'signs'), target: reference('DocumentReference') })),
    status: fc.constantFrom('current'),
  },
}

const meta = some({
  profile: list(canonical),
  source: url,
  tag: list(coding),
  security: list(coding),
})

const narrative = fc
  .array(word, { maxLength: 3 })
  .map(words => ({ status: 'generated', div: `<div>${words.join('<br/>').replaceAll('&', '&amp;')}</div>` }))

/** Few, so that there are several of each. */
const CONTAINED_TYPES = ['Patient', 'Practitioner', 'Organization', 'Observation'] as const

/** What one in three resources contains. */
const contained = fc.uniqueArray(
  fc
    .constantFrom(...CONTAINED_TYPES)
    .chain(type => fc.tuple(fc.constant(type), fc.constantFrom('p', '1'), some(BODY[type])))
    .map(([resourceType, inside, body]) => ({ resourceType, id: inside, ...(body as Record<string, JsonValue>) })),
  { minLength: 1, maxLength: 2, selector: ({ id: inside }) => inside },
)

function resourceOf(type: (typeof CORPUS_TYPES)[number]): fc.Arbitrary<ResourceContent> {
  const option = <Value>(value: fc.Arbitrary<Value>, freq: number) => fc.option(value, { nil: undefined, freq })
  const outside = fc.tuple(option(meta, 5), option(narrative, 5), fc.constantFrom(0, 1, 2), contained)
  return fc.tuple(id, outside, some(BODY[type])).map(([resourceId, [itsMeta, text, third, inside], body]) => ({
    resourceType: type,
    id: resourceId,
    ...(itsMeta && { meta: itsMeta }),
    ...(text && { text }),
    ...(third === 0 && { contained: inside }),
    ...(body as Record<string, JsonValue>),
  }))
}

/** Resources of several types with references among them, each type and id once. */
export const arbitraryResources: fc.Arbitrary<readonly ResourceContent[]> = fc.uniqueArray(
  fc.oneof(...CORPUS_TYPES.map(resourceOf)),
  { minLength: 16, maxLength: 40, size: 'max', selector: resource => `${resource.resourceType}/${resource.id}` },
)
