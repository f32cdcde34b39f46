/** What each form of search costs a single caller, and how that grows with what is there. */
import type { GatewayProcess } from '#test/support/gateway-process.ts'
import {
  clinicResources,
  codeOf,
  dayOf,
  familyOf,
  LOINC,
  measuredValue,
  patientId,
  patientOf,
  RECORD_NUMBERS,
  recordOf,
  UCUM,
  wordOfNote,
} from './clinic.ts'
import { walkPages } from './next-pages.ts'
import { assertAnswered, onConnection, type Rounds, type Send, timeRequests } from './one-at-a-time.ts'
import { growthFactor, table } from './report.ts'
import { fill } from './transactions.ts'

export interface SearchFormPoint {
  readonly form: string
  /** Observations; Patients are a hundredth of them. */
  readonly size: number
  /** Resources of an answer, or its total where it has none: the mean of the first. */
  readonly found: number
  readonly p50: number
  readonly p99: number
  /** Where it was not answered with 200: what was said. */
  readonly refusal?: string
}

/** A path below /fhir; the index is that of an Observation that it is made after. */
type Form = (index: number) => string

const text = encodeURIComponent
const code = (index: number): string => text(`${LOINC}|${codeOf(index)}`)
const record = (index: number): string => text(`${RECORD_NUMBERS}|${recordOf(patientOf(index))}`)
const patient = (index: number): string => `Patient/${patientId(patientOf(index))}`

/** The Observation's value lies between the two, which are a fiftieth of all values apart and in another unit. */
function quantityRange(index: number): string {
  const low = Math.floor(measuredValue(index) / 4) * 4
  const bound = (value: number): string => text(`${value / 100}|${UCUM}|g/L`)
  return `value-quantity=ge${bound(low)}&value-quantity=lt${bound(low + 4)}`
}

const FORMS: Readonly<Record<string, Form>> = {
  token: index => `Observation?code=${code(index)}`,
  'token, one match': index => `Patient?identifier=${record(index)}`,
  'date range, a week': index => `Observation?date=ge${dayOf(index)}&date=lt${dayOf(index, 7)}`,
  'date range, a day': index => `Observation?date=ge${dayOf(index)}&date=lt${dayOf(index, 1)}`,
  'date range, a week, newest first': index =>
    `Observation?date=ge${dayOf(index)}&date=lt${dayOf(index, 7)}&_sort=-date`,
  'AND: patient and code': index => `Observation?patient=${text(patient(index))}&code=${code(index)}`,
  'AND: code and a month': index =>
    `Observation?code=${code(index)}&date=ge${dayOf(index, -15)}&date=lt${dayOf(index, 15)}`,
  'string, start of a family name': index => `Patient?family=${familyOf(patientOf(index)).slice(0, 4).toLowerCase()}`,
  'quantity range, in another unit': index => `Observation?${quantityRange(index)}`,
  'composite: code and value': index =>
    `Observation?code-value-quantity=${code(index)}$ge${text(`${measuredValue(index)}|${UCUM}|mg/dL`)}`,
  'chain, one patient': index => `Observation?patient.identifier=${record(index)}`,
  'chain by family name, and code': index =>
    `Observation?patient.family=${familyOf(patientOf(index))}&code=${code(index)}`,
  _has: index => `Patient?_has:Observation:patient:code=${code(index)}`,
  '_revinclude, 100 of a patient': index => `Patient?identifier=${record(index)}&_revinclude=Observation:patient`,
  '_include, patients': index => `Observation?code=${code(index)}&_include=Observation:patient`,
  'newest first': index => `Observation?code=${code(index)}&_sort=-date`,
  '_summary=count, of a code': index => `Observation?code=${code(index)}&_summary=count`,
  '_summary=count, of half of all': index =>
    `Observation?category=${index % 2 ? 'laboratory' : 'vital-signs'}&_summary=count`,
  '_summary=count, of a week': index => `Observation?date=ge${dayOf(index)}&date=lt${dayOf(index, 7)}&_summary=count`,
  '_filter: patient and value': index =>
    `Observation?_filter=${text(`patient eq ${patient(index)} and value-quantity ge ${measuredValue(index)}`)}`,
  '_content, one word': index => `Observation?_content=${wordOfNote(index, 0)}`,
  '_content, two words': index => `Observation?_content=${text(`${wordOfNote(index, 0)} ${wordOfNote(index, 1)}`)}`,
}

/** Of half of all Observations, sorted. */
const PAGED_FORM = 'Observation?category=laboratory&_sort=-date'
const PAGE = 500
/** As many neighbours of that page are asked for. */
const PAGES = 10

/** Of all forms before the first is measured: it must not look slow because code is being compiled. */
const WARMING = { warmups: 0, requests: 200, longestMs: 1_000 }
const ROUNDS = { warmups: 500, requests: 1_000, longestMs: 5_000 }
const SAMPLES = 20
/** A prime: neighbours in time are far apart in the data. */
const STRIDE = 7_919

export interface SearchFormOptions {
  readonly sizes: readonly number[]
  readonly observationsOfTransaction: number
}

/** Fills up to each size and asks all forms there. */
export async function measureSearchForms(
  gateway: GatewayProcess,
  { sizes, observationsOfTransaction: step }: SearchFormOptions,
): Promise<readonly SearchFormPoint[]> {
  const points: SearchFormPoint[] = []
  let from = 0
  for (const size of sizes) {
    const startedAt = performance.now()
    await fill(gateway, { from, to: size, resourcesOf: clinicResources, step })
    await onConnection(gateway, send => untilFound(send, size))
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    console.log(`search-forms: from ${from} to ${size} Observations in ${seconds} s`)
    const measureAll = async (rounds: Rounds): Promise<readonly SearchFormPoint[]> => {
      const measured: SearchFormPoint[] = []
      for (const [form, path] of Object.entries(FORMS)) {
        const spread = (index: number): string => `/fhir/${path((index * STRIDE) % size)}&_count=10`
        measured.push(await measureForm({ gateway, size, form, path: spread, rounds }))
      }
      return measured
    }
    if (from === 0) await measureAll(WARMING)
    from = size
    points.push(...(await measureAll(ROUNDS)))
    points.push(...(await measurePages(gateway, size)))
  }
  return points
}

interface Measured {
  readonly gateway: GatewayProcess
  readonly size: number
  readonly form: string
  readonly path: (index: number) => string
  readonly rounds: Rounds
}

async function measureForm({ gateway, size, form, path, rounds }: Measured): Promise<SearchFormPoint> {
  const requestAt = (index: number) => ({ method: 'GET', path: path(index) })
  try {
    const found = await onConnection(gateway, send => meanFound(send, path))
    const { p50, p99 } = await timeRequests(gateway, requestAt, rounds, assertAnswered)
    return { form, size, found, p50, p99 }
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error)
    return { form, size, found: Number.NaN, p50: Number.NaN, p99: Number.NaN, refusal }
  }
}

/** Page 1 and pages about the 500th, or the last one where there are fewer, by the links that the pages give. */
async function measurePages(gateway: GatewayProcess, size: number): Promise<readonly SearchFormPoint[]> {
  const paths = await onConnection(gateway, send => walkPages(send, `/fhir/${PAGED_FORM}&_count=10`, PAGE))
  const last = paths.slice(-PAGES)
  const measurePage = (page: number, path: (index: number) => string): Promise<SearchFormPoint> =>
    measureForm({ gateway, size, form: `half of all, newest first: page ${page}`, path, rounds: ROUNDS })
  return [await measurePage(1, () => paths[0] ?? ''), await measurePage(PAGE, index => last[index % last.length] ?? '')]
}

interface Searchset {
  readonly total?: number
  readonly entry?: readonly unknown[]
}

async function search(send: Send, path: string): Promise<Searchset> {
  const request = { method: 'GET', path }
  const answer = await send(request)
  assertAnswered(answer, request)
  return JSON.parse(answer.body) as Searchset
}

/** @throws where nothing is found at all, which would be fast for the wrong reason */
async function meanFound(send: Send, path: (index: number) => string): Promise<number> {
  let found = 0
  for (let index = 0; index < SAMPLES; index++) {
    const { entry, total = 0 } = await search(send, path(index))
    found += entry?.length ?? total
  }
  if (found === 0) throw new Error(`${path(0)} and others like it find nothing`)
  return found / SAMPLES
}

const PROGRESS_WITHIN_MS = 120_000

/** OpenSearch is filled by a worker behind the writes; the embedded index has them at once. */
async function untilFound(send: Send, size: number): Promise<void> {
  let before = -1
  for (let changedAt = performance.now(); ; ) {
    const { total = 0 } = await search(send, '/fhir/Observation?_summary=count')
    if (total >= size) return
    if (total > before) changedAt = performance.now()
    if (performance.now() - changedAt > PROGRESS_WITHIN_MS)
      throw new Error(`Only ${total} of ${size} Observations are found, and no more come`)
    before = total
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

/** A column of p50 and p99 for each size, and how many times slower the last is than the first. */
export function searchFormsTable(engine: string, points: readonly SearchFormPoint[]): string {
  const sizes = [...new Set(points.map(point => point.size))]
  const forms = [...new Set(points.map(point => point.form))]
  const header = sizes.flatMap(size => [`found at ${size.toLocaleString('en-US')}`, 'p50 ms', 'p99 ms'])
  const rows = forms.map(form => {
    const own = sizes.map(size => points.find(point => point.form === form && point.size === size))
    return [form, ...own.flatMap(cellsOf), growthFactor(own.map(point => point?.p50))]
  })
  const refusals = points.flatMap(({ form, size, refusal }) => (refusal ? [`${form} at ${size}: ${refusal}`] : []))
  return [table([`search, ${engine}`, ...header, 'last / first'], rows), ...refusals].join('\n')
}

const cellsOf = (point: SearchFormPoint | undefined): readonly (string | number)[] =>
  point === undefined || point.refusal !== undefined ? ['refused', '', ''] : [point.found, point.p50, point.p99]
