/** The values of searches: each row of R4's search page, with its own examples where it has some. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

const UCUM = 'http://unitsofmeasure.org'
const LOINC = 'http://loinc.org'
const V2_0203 = 'http://terminology.hl7.org/CodeSystem/v2-0203'

const observation = (fields: object) => ({ status: 'final', code: { text: 'x' }, ...fields })
const measured = (value: number, code: string, more: object = {}) =>
  observation({ valueQuantity: { value, system: UCUM, code, unit: code, ...more } })
const at = (effectiveDateTime: string) => observation({ effectiveDateTime })
const coded = (code: string, display: string, text: string) =>
  observation({ code: { coding: [{ system: LOINC, code, display }], text } })
const pressure = (systolic: number, diastolic: number) =>
  observation({
    code: { coding: [{ system: LOINC, code: '85354-9' }] },
    component: [
      {
        code: { coding: [{ system: LOINC, code: '8480-6' }] },
        valueQuantity: { value: systolic, system: UCUM, code: 'mm[Hg]' },
      },
      {
        code: { coding: [{ system: LOINC, code: '8462-4' }] },
        valueQuantity: { value: diastolic, system: UCUM, code: 'mm[Hg]' },
      },
    ],
  })

const RESOURCES: Readonly<Record<string, object>> = {
  'Observation/mg': measured(5.4, 'mg'),
  'Observation/g': measured(0.0054, 'g'),
  'Observation/ug': measured(5350, 'ug'),
  'Observation/kg': measured(70, 'kg'),
  'Observation/fever': measured(101.3, '[degF]'),
  'Observation/units': measured(5.4, '[iU]'),
  'Observation/less': measured(5, 'mg', { comparator: '<' }),
  'Observation/plain': observation({ valueQuantity: { value: 5.4, unit: 'mg' } }),
  'Observation/day': at('2013-01-14'),
  'Observation/month': at('2013-01'),
  'Observation/east': at('2013-01-14T23:30:00-05:00'),
  'Observation/open': observation({ effectivePeriod: { start: '2013-02-01' } }),
  'Observation/timed': observation({ effectiveTiming: { event: ['2012-05-01', '2012-06-01'] } }),
  'Observation/head': coded('25064-8', 'Headache', 'Sore head'),
  'Observation/heart': coded('8867-4', 'Heart rate', 'Herzfrequenz'),
  'Observation/high': pressure(150, 80),
  'Observation/low': pressure(110, 160),
  'Observation/logical': observation({ subject: { identifier: { system: 'urn:mrn', value: '12345' } } }),
  'Observation/versioned': observation({ subject: { reference: 'Patient/mr/_history/1' } }),
  'Patient/mr': {
    identifier: [
      {
        type: { coding: [{ system: V2_0203, code: 'MR' }], text: 'Medical record' },
        system: 'urn:mrn',
        value: '446053',
      },
      { type: { coding: [{ system: V2_0203, code: 'SS' }] }, system: 'urn:ssn', value: '999' },
    ],
    name: [{ family: 'van den Heuvel', given: ['Éve', 'Strauß'] }],
  },
  'Patient/eve': { name: [{ given: ['Steven'] }], identifier: [{ system: 'urn:mrn', value: '999' }] },
  'Patient/irish': { name: [{ family: "O'Neil-Smith" }], address: [{ line: ['12 Main St., Apt. 3'] }] },
  'ValueSet/drugs': { status: 'active', version: 'Draft-A' },
  'DocumentReference/xml': {
    status: 'current',
    content: [{ attachment: { contentType: 'text/xml; charset=UTF-8' } }],
  },
  'Location/mitte': { name: 'Mitte', position: { latitude: 52.52, longitude: 13.405 } },
  'Location/potsdam': { name: 'Potsdam', position: { latitude: 52.4, longitude: 13.065 } },
  'Location/dateline': { name: 'Fiji', position: { latitude: -16.8, longitude: 179.99 } },
  'DocumentReference/new': {
    status: 'current',
    content: [{ attachment: { title: 'x' } }],
    relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/old' } }],
  },
  'MolecularSequence/brca': {
    coordinateSystem: 1,
    referenceSeq: { chromosome: { coding: [{ code: '13' }] }, windowStart: 100, windowEnd: 200 },
    variant: [{ start: 150, end: 160 }],
  },
  'QuestionnaireResponse/one': { status: 'completed', questionnaire: 'http://example.org/q|2.0' },
  'RiskAssessment/high': {
    status: 'final',
    subject: { reference: 'Patient/mr' },
    prediction: [{ probabilityDecimal: 0.9 }],
  },
  'RiskAssessment/low': {
    status: 'final',
    subject: { reference: 'Patient/mr' },
    prediction: [{ probabilityDecimal: 0.005 }],
  },
}

beforeAll(async () => {
  world = await openRestWorld()
  for (const [address, content] of Object.entries(RESOURCES)) {
    const [resourceType, id] = address.split('/')
    const { status, body } = await world.send(`PUT /${address}`, { body: { resourceType, id, ...content } })
    expect({ status, body }).toMatchObject({ status: 201 })
  }
})

afterAll(() => world.close())

async function ids(search: string): Promise<string> {
  const { status, body } = await world.send(`GET /${search}&_count=100`)
  expect({ status, body }).toMatchObject({ status: 200 })
  const { entry = [] } = body as { readonly entry?: readonly { readonly resource: { readonly id: string } }[] }
  return entry
    .map(({ resource }) => resource.id)
    .sort()
    .join(' ')
}

function rows(title: string, table: readonly (readonly [search: string, found: string])[]): void {
  describe(title, () => {
    test.each(table)('%s', async (search, found) => {
      expect(await ids(search)).toBe(found)
    })
  })
}

rows('quantities', [
  [`Observation?value-quantity=5.4|${UCUM}|mg`, 'g mg ug'],
  [`Observation?value-quantity=0.0054|${UCUM}|g`, 'g mg ug'],
  [`Observation?value-quantity=5.40e-3|${UCUM}|g`, 'g mg'],
  [`Observation?value-quantity=5.4e0|${UCUM}|mg`, 'g mg ug'],
  // 5.35 mg is the low end of what 5.4 mg means, which counts, and the high end of 5.3 mg, which doesn't.
  [`Observation?value-quantity=5.3|${UCUM}|mg`, ''],
  [`Observation?value-quantity=70000|${UCUM}|g`, 'kg'],
  [`Observation?value-quantity=gt69|${UCUM}|kg`, 'kg'],
  [`Observation?value-quantity=lt5.3|${UCUM}|mg`, 'less'],
  [`Observation?value-quantity=38.5|${UCUM}|Cel`, 'fever'],
  [`Observation?value-quantity=5.4|${UCUM}|[iU]`, 'units'],
  ['Observation?value-quantity=5.4||mg', 'mg plain'],
  ['Observation?value-quantity=5.4', 'mg plain units'],
  [`Observation?value-quantity=ap5|${UCUM}|mg`, 'g less mg ug'],
  [`Observation?value-quantity=ne5.4|${UCUM}|mg`, 'kg less'],
])

rows('numbers', [
  ['RiskAssessment?probability=gt0.8', 'high'],
  ['RiskAssessment?probability=0.005', 'low'],
  ['RiskAssessment?probability=5e-3', 'low'],
  ['RiskAssessment?probability=le0.9', 'high low'],
])

rows('dates', [
  ['Observation?date=2013-01-14', 'day'],
  ['Observation?date=2013-01', 'day east month'],
  ['Observation?date=2013-01-15', 'east'],
  ['Observation?date=2013-01-15T04:30:00Z', 'east'],
  ['Observation?date=2013-01-15T05:30:00%2B01:00', 'east'],
  ['Observation?date=lt2012-12-31', 'timed'],
  ['Observation?date=gt2020', 'open'],
  ['Observation?date=sa2013-01-20', 'open'],
  ['Observation?date=eb2013', 'timed'],
  ['Observation?date=ge2013-01-15&date=lt2013-01-16', 'east month'],
])

rows('strings', [
  ['Patient?name=eve', 'mr'],
  ['Patient?given=%C3%89VE', 'mr'],
  ['Patient?given:contains=eve', 'eve mr'],
  ['Patient?given:exact=Eve', ''],
  ['Patient?given:exact=%C3%89ve', 'mr'],
  ['Patient?name=strauss', 'mr'],
  ["Patient?family=o'neil", 'irish'],
  ['Patient?family=ONeil%20Smith', ''],
  ['Patient?family=oneilsmith', 'irish'],
  ['Patient?address=12%20main%20st%20apt', 'irish'],
  ["Patient?family:exact=O'Neil-Smith", 'irish'],
  ['Patient?family:exact=ONeilSmith', ''],
  ['Patient?family=van', 'mr'],
  ['Patient?family=heuvel', ''],
])

rows('tokens', [
  ['Observation?code:text=head', 'head'],
  ['Observation?code:text=SORE', 'head'],
  ['Observation?code:text=herz,headache', 'head heart'],
  ['Observation?combo-code:text=heart', 'heart'],
  ['Patient?identifier:text=medical', 'mr'],
  [`Patient?identifier:of-type=${V2_0203}|MR|446053`, 'mr'],
  [`Patient?identifier:of-type=${V2_0203}|MR|999`, ''],
  [`Patient?identifier:of-type=${V2_0203}|SS|999`, 'mr'],
  ['Patient?identifier=999', 'eve mr'],
  ['Observation?status=FINAL&_summary=data', ''],
  ['ValueSet?version=draft-a', 'drugs'],
  ['ValueSet?version=DRAFT-A', 'drugs'],
  ['DocumentReference?contenttype=text/xml', ''],
  ['DocumentReference?contenttype:below=text/xml', 'xml'],
  ['DocumentReference?contenttype:below=text/x', ''],
  ['Patient?identifier=urn:mrn|', 'eve mr'],
])

rows('references', [
  ['Observation?subject:identifier=urn:mrn|12345', 'logical'],
  ['Observation?subject:identifier=12345', 'logical'],
  ['Observation?subject:identifier=urn:other|12345', ''],
  ['Observation?subject=Patient/mr', 'versioned'],
  ['Observation?subject=Patient/mr/_history/1', 'versioned'],
  ['Observation?subject=Patient/mr/_history/2', ''],
  ['Observation?subject=http://localhost:8080/fhir/Patient/mr', 'versioned'],
  ['Observation?subject:Patient=mr', 'versioned'],
  ['QuestionnaireResponse?questionnaire=http://example.org/q', 'one'],
  ['QuestionnaireResponse?questionnaire=http://example.org/q|2.0', 'one'],
  ['QuestionnaireResponse?questionnaire=http://example.org/q|3.0', ''],
  ['QuestionnaireResponse?questionnaire:below=http://example.org/q', 'one'],
  ['QuestionnaireResponse?questionnaire:below=http://example.org/q|2', 'one'],
  ['QuestionnaireResponse?questionnaire:below=http://example.org/q|2.0', 'one'],
  ['QuestionnaireResponse?questionnaire:below=http://example.org/q|2.0.1', ''],
])

rows('composites', [
  [`Observation?component-code-value-quantity=${LOINC}|8480-6$gt140`, 'high'],
  [`Observation?component-code-value-quantity=${LOINC}|8480-6$gt18.6|${UCUM}|kPa`, 'high'],
  [`Observation?component-code-value-quantity=8462-4$gt140`, 'low'],
  [`Observation?combo-code-value-quantity=8462-4$gt140,8480-6$gt140`, 'high low'],
  ['Observation?component-code-value-quantity:missing=false', 'high low'],
  ['DocumentReference?relationship=replaces$DocumentReference/old', 'new'],
  ['DocumentReference?relationship=signs$DocumentReference/old', ''],
  ['MolecularSequence?chromosome-variant-coordinate=13$lt155$gt155', 'brca'],
  ['MolecularSequence?chromosome-variant-coordinate=12$lt155$gt155', ''],
  ['MolecularSequence?chromosome-window-coordinate=13$100$200', 'brca'],
])

rows('positions', [
  ['Location?near=52.52|13.405|1|km', 'mitte'],
  ['Location?near=52.52|13.405|30|km', 'mitte potsdam'],
  ['Location?near=52.52|13.405|25', 'mitte'],
  ['Location?near=52.52|13.405|20|[mi_i]', 'mitte potsdam'],
  ['Location?near=52.52|13.405', 'mitte potsdam'],
  ['Location?near=-16.8|-179.99|5|km', 'dateline'],
  ['Location?near:missing=true', ''],
])

const EXPECTED_AMOUNT =
  'number, number|system|code or number||code, the number optionally behind one of eq ne gt lt ge le sa eb ap'

test.each<[search: string, value: string, expected: string]>([
  ['Observation?value-quantity=heavy', 'heavy', EXPECTED_AMOUNT],
  ['Observation?value-quantity=5|mg', '5|mg', EXPECTED_AMOUNT],
  ['Observation?code-value-quantity=8480-6', '8480-6', "code$value-quantity (a '$' inside a value is written '\\$')"],
  ['Observation?code-value-quantity=8480-6$heavy', '8480-6$heavy', `as 'value-quantity' ${EXPECTED_AMOUNT}`],
  [
    'Location?near=here',
    'here',
    'latitude|longitude, latitude|longitude|distance or latitude|longitude|distance|units, with a latitude from -90 to 90, ' +
      'a longitude from -180 to 180, a distance above 0, and a UCUM unit of length (km where none is given)',
  ],
  [
    'Patient?identifier:of-type=MR|446053',
    'MR|446053',
    'system|code|value: the system and code of a type of identifiers, and the value of one',
  ],
  ['Observation?code:text=%20', ' ', 'text with at least one letter, digit or sign'],
])('%s is refused', async (search, value, expected) => {
  const name = search.slice(search.indexOf('?') + 1, search.indexOf('='))
  expect(await world.send(`GET /${search}`)).toEqual(
    refused(400, 'value', `Parameter '${name}': '${value}' is not what it takes; expected ${expected}`, name),
  )
})
