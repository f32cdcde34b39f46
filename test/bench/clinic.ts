/**
 * Patients and their Observations in the shape of Synthea's, made from their numbers alone: codes and names are as
 * unevenly frequent as real ones, ten years of dates, a sentence of words. With more patients every code and every day
 * has more Observations, as in a clinic that grows.
 */
import type { Addressed } from './transactions.ts'

const OBSERVATIONS_OF_PATIENT = 100
export const LOINC = 'http://loinc.org'
export const UCUM = 'http://unitsofmeasure.org'
export const RECORD_NUMBERS = 'https://hospital.example.org/records'

const CODES = 200
const FAMILIES = 2_000
const WORDS = 5_000
const WORDS_OF_NOTE = 12
const FIRST_DAY = Date.UTC(2014, 0, 1)
const DAYS = 3_650
const DAY_MS = 86_400_000
const MINUTES_OF_DAY = 1_440

/** Between 0 and 1, as if by chance, but the same each time. */
function share(index: number, salt: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

/** Small numbers are frequent, great ones rare. */
const skewed = (limit: number, index: number, salt: number): number => Math.floor(limit * share(index, salt) ** 2)

const SYLLABLES = ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'je', 'ki', 'lo', 'mu', 'na', 'pe', 'ri', 'so', 'tu', 'wa']

/** Three syllables and more. */
function wordOf(number: number): string {
  let word = ''
  for (let rest = number + SYLLABLES.length ** 2; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length]
  return word
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`

export const patientOf = (index: number): number => Math.floor(index / OBSERVATIONS_OF_PATIENT)
export const patientId = (patient: number): string => `patient-${patient}`
export const recordOf = (patient: number): string => `record-${patient}`
export const familyOf = (patient: number): string => capital(wordOf(skewed(FAMILIES, patient, 1)))
export const codeOf = (index: number): string => `${skewed(CODES, index, 2) + 1000}-4`
export const wordOfNote = (index: number, place: number): string => wordOf(skewed(WORDS, index, 100 + place))

const timeOf = (index: number): string => {
  const minutes = Math.floor(share(index, 3) * DAYS * MINUTES_OF_DAY)
  return new Date(FIRST_DAY + minutes * 60_000).toISOString()
}

/** YYYY-MM-DD, so many days after that of the Observation. */
export const dayOf = (index: number, daysLater = 0): string =>
  new Date(Date.parse(timeOf(index)) + daysLater * DAY_MS).toISOString().slice(0, 10)

/** mg/dL, to the tenth, 200 at most. */
export const measuredValue = (index: number): number => Math.round(share(index, 4) * 2_000) / 10

/** An Observation; the first one of a patient brings the Patient along. */
export const clinicResources = (index: number): readonly Addressed[] =>
  index % OBSERVATIONS_OF_PATIENT === 0 ? [patient(patientOf(index)), observation(index)] : [observation(index)]

const patient = (number: number): Addressed => ({
  resourceType: 'Patient',
  id: patientId(number),
  identifier: [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
      system: RECORD_NUMBERS,
      value: recordOf(number),
    },
    { system: 'http://hl7.org/fhir/sid/us-ssn', value: `999-${number}` },
  ],
  name: [{ use: 'official', family: familyOf(number), given: [capital(wordOf(skewed(300, number, 5)))] }],
  telecom: [{ system: 'phone', value: `555-${number}`, use: 'home' }],
  gender: number % 2 ? 'male' : 'female',
  birthDate: new Date(Date.UTC(1930, 0, 1) + Math.floor(share(number, 6) * 33_000) * DAY_MS).toISOString().slice(0, 10),
  address: [
    { line: [`${number} Main Street`], city: capital(wordOf(skewed(200, number, 7))), state: 'MA', country: 'US' },
  ],
})

const observation = (index: number): Addressed => {
  const code = codeOf(index)
  const words = Array.from({ length: WORDS_OF_NOTE }, (_, place) => wordOfNote(index, place))
  return {
    resourceType: 'Observation',
    id: `observation-${index}`,
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab'] },
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: index % 2 ? 'laboratory' : 'vital-signs',
          },
        ],
      },
    ],
    code: { coding: [{ system: LOINC, code, display: `Measured ${code}` }], text: `Measured ${code}` },
    subject: { reference: `Patient/${patientId(patientOf(index))}` },
    encounter: { reference: `Encounter/encounter-${Math.floor(index / 8)}` },
    effectiveDateTime: timeOf(index),
    issued: timeOf(index),
    valueQuantity: { value: measuredValue(index), unit: 'mg/dL', system: UCUM, code: 'mg/dL' },
    note: [{ text: `${words.join(' ')}.` }],
  }
}
