/** Does a search get slower as its type grows? Answers are of the same size at each size of the type. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { latenciesOf } from './latencies.ts'
import { openConnection, rawRequest } from './raw-client.ts'

export interface GrowthPoint {
  readonly search: string
  readonly size: number
  readonly p50: number
  readonly p99: number
}

const BUNDLE_ENTRIES = 500
const PATIENT_OBSERVATIONS = 50
const REQUESTS = 1_000
// As many as it takes until compiled code answers: the first size must not look slow for being first.
const WARMUP_REQUESTS = 2_000
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
    for (; loaded < size; loaded += BUNDLE_ENTRIES)
      await loadBundle(gateway, loaded, Math.min(loaded + BUNDLE_ENTRIES, size))
    for (const [search, query] of Object.entries(SEARCHES)) {
      const { p50, p99 } = latenciesOf(await durations(gateway, query, size))
      points.push({ search, size, p50, p99 })
    }
  }
  return points
}

async function loadBundle(gateway: GatewayProcess, from: number, to: number): Promise<void> {
  const entry: object[] = []
  for (let index = from; index < to; index++) {
    if (index % PATIENT_OBSERVATIONS === 0) entry.push(put(patient(index / PATIENT_OBSERVATIONS)))
    entry.push(put(observation(index)))
  }
  const response = await fetch(gateway.baseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
    body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`The transaction was answered with ${response.status}: ${answer.slice(0, 1000)}`)
}

async function durations(
  { host, port }: GatewayProcess,
  query: (index: number) => string,
  size: number,
): Promise<readonly number[]> {
  const connection = await openConnection(host, port)
  const measured: number[] = []
  for (let request = 0; request < REQUESTS + WARMUP_REQUESTS; request++) {
    const index = (request * 7919) % size
    const bytes = rawRequest(`${host}:${port}`, { method: 'GET', path: `/fhir/Observation?${query(index)}&_count=10` })
    const start = performance.now()
    const { status, bytes: length, body } = await connection.send(bytes, request === 0)
    if (request >= WARMUP_REQUESTS) measured.push(performance.now() - start)
    // An empty searchset would be fast for the wrong reason.
    if (status !== 200 || length < 700)
      throw new Error(`${query(index)} was answered with ${status}: ${body ?? length}`)
  }
  connection.close()
  return measured
}

interface Addressed {
  readonly resourceType: string
  readonly id: string
  readonly [element: string]: unknown
}

const put = (resource: Addressed): object => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
})

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
