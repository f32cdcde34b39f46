/** When care went on, by resource: for what asks for a time of care and not for one of records. */
import { documentOf } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { Definitions } from '../definitions.ts'
import type { Revealed } from '../fhir-service.ts'
import { parseDateRange } from '../search/date-range.ts'

/** Times that a resource's care may touch; milliseconds since the epoch, the end excluded. */
export interface CarePeriod {
  readonly from: number
  readonly to: number
}

/** Of a first and a last day, both included and either left out; undefined: no bounds. */
export function carePeriod(start: string | undefined, end: string | undefined): CarePeriod | undefined {
  if (start === undefined && end === undefined) return undefined
  return {
    from: (start === undefined ? undefined : parseDateRange(start)?.low) ?? Number.NEGATIVE_INFINITY,
    to: (end === undefined ? undefined : parseDateRange(end)?.high) ?? Number.POSITIVE_INFINITY,
  }
}

/**
 * Whether the resource tells of care within the period. What has no date of care is in any: a patient, a coverage, and
 * what lasts until it is said to have ended, as conditions, allergies and goals do.
 */
export function isCareWithin(call: Call, definitions: Definitions, version: Revealed, period: CarePeriod): boolean {
  const code = CARE_DATES.get(version.type)
  if (code === undefined) return true
  const { entries } = documentOf(call, definitions, version)
  const dates = entries
    .filter(({ parameter }) => parameter.code === code)
    .flatMap(({ values }) => values.flatMap(value => (value.kind === 'date' ? [value] : [])))
  return dates.length === 0 || dates.some(({ low, high }) => low < period.to && high > period.from)
}

/** The search parameter that holds the date of care, not that of the record. */
const CARE_DATES: ReadonlyMap<string, string> = new Map([
  ['AdverseEvent', 'date'],
  ['Appointment', 'date'],
  ['CarePlan', 'date'],
  ['CareTeam', 'date'],
  ['ChargeItem', 'occurrence'],
  ['ClinicalImpression', 'date'],
  ['Communication', 'sent'],
  ['Composition', 'period'],
  ['DiagnosticReport', 'date'],
  ['DocumentReference', 'period'],
  ['Encounter', 'date'],
  ['EpisodeOfCare', 'date'],
  ['Flag', 'date'],
  ['ImagingStudy', 'started'],
  ['Immunization', 'date'],
  ['Media', 'created'],
  ['MedicationAdministration', 'effective-time'],
  ['MedicationDispense', 'whenhandedover'],
  ['MedicationRequest', 'authoredon'],
  ['MedicationStatement', 'effective'],
  ['Observation', 'date'],
  ['Procedure', 'date'],
  ['QuestionnaireResponse', 'authored'],
  ['RiskAssessment', 'date'],
  ['ServiceRequest', 'occurrence'],
  ['SupplyRequest', 'date'],
  ['Task', 'period'],
])
