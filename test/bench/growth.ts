/** Does a search get slower as its type grows? Answers are of the same size at each size of the type. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { timeRequests } from './one-at-a-time.ts'
import type { RawAnswer, RawRequest } from './raw-client.ts'
import { type Addressed, fill } from './transactions.ts'

export interface GrowthPoint {
  readonly search: string
  readonly size: number
  readonly p50: number
  readonly p99: number
}

const PATIENT_OBSERVATIONS = 50
// As many warm it up as it takes until compiled code answers: the first size must not look slow for being first.
const ROUNDS = { warmups: 2_000, requests: 1_000 }
const DAY_MS = 86_400_000

/** Ten Observations share a code, one has an identifier, fifty a patient; each is measured at an hour of its own. */
const SEARCHES: Readonly<Record<string, (index: number) => string>> = {
  identifier: index => `identifier=${encodeURIComponent(`https://example.org/growth|o${index}`)}`,
  'code (token)': index => `code=${encodeURIComponent(`https://example.org/codes|c${Math.floor(index / 10)}`)}`,
  'date of one day': index => `date=${timeOf(index).slice(0, 10)}`,
  'value (quantity)': index => `value-quantity=${index}.5`,
  'patient, newest first': index => `patient=growth-${Math.floor(index / PATIENT_OBSERVATIONS)}&_sort=-date`,
  'patient.identifier (chained)': index =>
    `patient.identifier=${encodeURIComponent(`https://example.org/growth|p${Math.floor(index / PATIENT_OBSERVATIONS)}`)}`,
}

/** Loads the type up to each size and measures every search there, one request at a time. */
export async function measureGrowth(
  gateway: GatewayProcess,
  sizes: readonly number[],
): Promise<readonly GrowthPoint[]> {
  const points: GrowthPoint[] = []
  let loaded = 0
  for (const size of sizes) {
    await fill(gateway, { from: loaded, to: size, resourcesOf })
    loaded = size
    for (const [search, query] of Object.entries(SEARCHES)) {
      const requestAt = (request: number): RawRequest => ({
        method: 'GET',
        path: `/fhir/Observation?${query((request * 7919) % size)}&_count=10`,
      })
      const { p50, p99 } = await timeRequests(gateway, requestAt, ROUNDS, assertFound)
      points.push({ search, size, p50, p99 })
    }
  }
  return points
}

/** An empty searchset would be fast for the wrong reason. */
function assertFound({ status, bytes, body }: RawAnswer, { path }: RawRequest): void {
  if (status !== 200 || bytes < 700) throw new Error(`${path} was answered with ${status}: ${body ?? bytes}`)
}

const resourcesOf = (index: number): readonly Addressed[] =>
  index % PATIENT_OBSERVATIONS === 0
    ? [patient(index / PATIENT_OBSERVATIONS), observation(index)]
    : [observation(index)]

const patient = (index: number): Addressed => ({
  resourceType: 'Patient',
  id: `growth-${index}`,
  identifier: [{ system: 'https://example.org/growth', value: `p${index}` }],
  name: [{ family: `Growth${index}`, given: ['Grace'] }],
  gender: 'female',
})

// An hour apart: a day has 24 of them, whatever the size.
const timeOf = (index: number): string => new Date(Date.UTC(2000, 0, 1) + index * (DAY_MS / 24)).toISOString()

const observation = (index: number): Addressed => ({
  resourceType: 'Observation',
  id: `growth-${index}`,
  identifier: [{ system: 'https://example.org/growth', value: `o${index}` }],
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
  ],
  code: { coding: [{ system: 'https://example.org/codes', code: `c${Math.floor(index / 10)}` }], text: 'Measured' },
  subject: { reference: `Patient/growth-${Math.floor(index / PATIENT_OBSERVATIONS)}` },
  effectiveDateTime: timeOf(index),
  valueQuantity: { value: index + 0.5, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
})
