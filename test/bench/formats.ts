/** What PATCH costs, and XML beside JSON: the same requests in both. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import { clinicResources, codeOf, dayOf, LOINC, patientId, patientOf, RECORD_NUMBERS, recordOf } from './clinic.ts'
import { type Measurement, measure } from './measure.ts'
import { table } from './report.ts'
import type { KnownData, TaskName } from './tasks.ts'
import { fill } from './transactions.ts'

const OBSERVATIONS = 10_000
const CLIENTS = 32

const ORDERS: readonly { readonly task: TaskName; readonly clients: number }[] = [
  { task: 'patch', clients: 1 },
  { task: 'patch', clients: CLIENTS },
  { task: 'read', clients: CLIENTS },
  { task: 'read-xml', clients: CLIENTS },
  { task: 'create', clients: CLIENTS },
  { task: 'create-xml', clients: CLIENTS },
]

export async function measureFormats(gateway: GatewayProcess, measureMs: number): Promise<readonly Measurement[]> {
  await fill(gateway, { from: 0, to: OBSERVATIONS, resourcesOf: clinicResources })
  const data = clinicData()
  const measurements: Measurement[] = []
  let firstIndex = 0
  for (const order of ORDERS) {
    measurements.push(...(await measure(gateway, [{ ...order, data, measureMs, firstIndex }])))
    firstIndex += INDEX_STEP
  }
  return measurements
}

/** Requests of different orders write different resources. */
const INDEX_STEP = 100_000_000

function clinicData(): KnownData {
  const indexes = Array.from({ length: OBSERVATIONS }, (_, index) => index)
  const patients = new Set(indexes.map(patientOf))
  return {
    observations: indexes.map(index => `observation-${index}`),
    patients: [...patients].map(number => ({
      id: patientId(number),
      identifier: `${RECORD_NUMBERS}|${recordOf(number)}`,
    })),
    codes: indexes.map(index => `${LOINC}|${codeOf(index)}`),
    days: indexes.map(index => dayOf(index)),
  }
}

/** XML against JSON: how much more CPU the server takes for a request, and how much longer its caller waits. */
export function formatRatios(measurements: readonly Measurement[]): string {
  const rows = (['read', 'create'] as const).map(task => {
    const json = measurements.find(each => each.task === task)
    const xml = measurements.find(each => each.task === `${task}-xml`)
    const ratio = (of: (each: Measurement) => number): number => (json && xml ? of(xml) / of(json) : Number.NaN)
    return [task, ratio(each => each.cpuMicrosPerRequest), ratio(each => each.p50), ratio(each => each.bytesPerRequest)]
  })
  return table(['XML against JSON', 'server CPU', 'p50', 'bytes of the answer'], rows)
}
