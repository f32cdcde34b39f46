/**
 * What the embedded store and index do by themselves, without HTTP, validation and extraction; a search brings the
 * versions that it finds along:
 * `node test/bench/embedded.ts [observations]`. Prints rates and times of one run on this machine.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbedded, type PrimaryEngine } from '#adapters/embedded/index.ts'
import { tenantOf } from '#service/call.ts'
import { createDefinitions } from '#service/definitions.ts'
import type { Change } from '#service/ports/resource-store.ts'
import type { JsonObject } from '#service/resource/content.ts'
import type { Node, ScopedQuery, SortKey } from '#service/search/ast.ts'
import { extract } from '#service/search/extract.ts'

const TENANT = tenantOf('bench')
const DEFINITIONS = createDefinitions().for(TENANT)
const OBSERVATIONS_PER_PATIENT = 100
const CODES = 200
const CHANGES_PER_COMMIT = 50
const COMMITS_AT_ONCE = 4
const START = Date.UTC(2024, 0, 1)
const MINUTE_MS = 60_000

const random = seeded(7)

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const below = (limit: number): number => Math.floor(random() * limit)

const patients = new Map<number, string>()
const patientId = (patient: number): string => {
  const id = patients.get(patient) ?? randomUUID()
  patients.set(patient, id)
  return id
}

const patientOf = (patient: number): JsonObject => ({
  resourceType: 'Patient',
  id: patientId(patient),
  identifier: [{ system: 'https://hospital.example.org/mrn', value: `mrn-${patient}` }],
  name: [{ family: `Family${patient % 500}`, given: [`Given${patient % 90}`, `Middle${patient % 40}`] }],
  gender: patient % 2 ? 'male' : 'female',
  birthDate: `19${10 + (patient % 90)}-0${1 + (patient % 9)}-1${patient % 10}`,
  address: [{ city: `City${patient % 60}`, state: 'MA', postalCode: `0${1000 + (patient % 300)}`, country: 'US' }],
})

const observationOf = (number: number): JsonObject => ({
  resourceType: 'Observation',
  id: randomUUID(),
  meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab'] },
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
  ],
  code: {
    coding: [{ system: 'http://loinc.org', code: `${below(CODES)}-1`, display: 'A laboratory value' }],
    text: 'lab',
  },
  subject: { reference: `Patient/${patientId(Math.floor(number / OBSERVATIONS_PER_PATIENT))}` },
  encounter: { reference: `Encounter/${number >> 3}` },
  effectiveDateTime: new Date(START + below(1_000_000) * MINUTE_MS).toISOString(),
  issued: new Date(START).toISOString(),
  valueQuantity: { value: below(2000) / 10, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
  note: [{ text: 'x'.repeat(500) }],
})

function changeOf(content: JsonObject): Change {
  const type = String(content.resourceType)
  const id = String(content.id)
  const lastUpdated = Date.now()
  const document = extract(DEFINITIONS, { ...content, resourceType: type }, { versionId: 1, lastUpdated })
  return {
    type,
    id,
    versionId: 1,
    lastUpdated,
    method: 'PUT',
    body: JSON.stringify(content),
    compartments: document.compartments,
    securityLabels: [],
    provenance: { author: 'bench', door: 'rest', requestId: 'bench' },
    document,
  }
}

const deadline = () => Date.now() + 60_000

async function write(engine: PrimaryEngine, contents: readonly JsonObject[]): Promise<number> {
  const changes = contents.map(changeOf)
  const commits: Change[][] = []
  for (let start = 0; start < changes.length; start += CHANGES_PER_COMMIT) {
    commits.push(changes.slice(start, start + CHANGES_PER_COMMIT))
  }
  const begin = performance.now()
  const clients = Array.from({ length: COMMITS_AT_ONCE }, async () => {
    for (let commit = commits.shift(); commit; commit = commits.shift()) {
      await engine.store.commit(TENANT, { changes: commit, deadline: deadline() })
    }
  })
  await Promise.all(clients)
  return performance.now() - begin
}

const parameter = (type: string, code: string) => {
  const found = DEFINITIONS.searchParameters(type).get(code)
  if (!found) throw new Error(`${type} has no search parameter ${code}`)
  return found
}

const token = (type: string, name: string, code: string, system?: string): Node => ({
  kind: 'token',
  parameter: parameter(type, name),
  system,
  code,
})

const minutes = (count: number) => START + count * MINUTE_MS

interface Search {
  readonly name: string
  readonly type: string
  readonly where: () => Node
  readonly sort?: readonly SortKey[]
  readonly total?: 'accurate'
}

const byDate: SortKey[] = [{ parameter: parameter('Observation', 'date'), descending: true }]

const SEARCHES = (size: number): readonly Search[] => {
  const patient = () => patientId(below(size / OBSERVATIONS_PER_PATIENT))
  const subject = (): Node => ({
    kind: 'reference',
    parameter: parameter('Observation', 'subject'),
    type: 'Patient',
    id: patient(),
    url: undefined,
    version: undefined,
  })
  const code = () => token('Observation', 'code', `${below(CODES)}-1`, 'http://loinc.org')
  const dates = (comparator: 'eq' | 'ge', low: number, high: number): Node => ({
    kind: 'date',
    parameter: parameter('Observation', 'date'),
    comparator,
    low,
    high,
  })
  const mrn = () => token('Patient', 'identifier', `mrn-${below(size / OBSERVATIONS_PER_PATIENT)}`)
  const day = () => minutes(below(600) * 1440)
  const family = (value: string): Node => ({
    kind: 'string',
    parameter: parameter('Patient', 'name'),
    mode: 'starts',
    value,
  })
  return [
    { name: 'token, system and code', type: 'Observation', where: code },
    { name: 'token, code alone', type: 'Observation', where: () => token('Observation', 'code', `${below(CODES)}-1`) },
    { name: 'identifier', type: 'Patient', where: mrn },
    { name: 'reference', type: 'Observation', where: subject },
    { name: 'reference and code', type: 'Observation', where: () => ({ kind: 'and', nodes: [subject(), code()] }) },
    { name: 'reference, newest first', type: 'Observation', where: subject, sort: byDate },
    {
      name: 'date, one day',
      type: 'Observation',
      where: () => {
        const low = day()
        return dates('eq', low, low + 86_400_000)
      },
    },
    {
      name: 'code and date',
      type: 'Observation',
      where: () => ({ kind: 'and', nodes: [code(), dates('ge', minutes(500_000), minutes(501_440))] }),
    },
    { name: 'code, newest first', type: 'Observation', where: code, sort: byDate },
    { name: 'everything, newest first', type: 'Observation', where: () => ({ kind: 'everything' }), sort: byDate },
    {
      name: 'chained, by identifier',
      type: 'Observation',
      where: () => ({
        kind: 'chain',
        parameter: parameter('Observation', 'subject'),
        query: { type: 'Patient', where: mrn() },
      }),
    },
    {
      name: 'chained, by name, and code',
      type: 'Observation',
      where: () => ({
        kind: 'and',
        nodes: [
          code(),
          {
            kind: 'chain',
            parameter: parameter('Observation', 'subject'),
            query: { type: 'Patient', where: family(`family${below(50)}`) },
          },
        ],
      }),
    },
    {
      name: '_has code',
      type: 'Patient',
      where: () => ({
        kind: 'has',
        parameter: parameter('Observation', 'subject'),
        query: { type: 'Observation', where: code() },
      }),
    },
    { name: 'string, starts', type: 'Patient', where: () => family(`family${below(100)}`) },
    {
      name: 'string, contains',
      type: 'Patient',
      where: () => ({
        kind: 'string',
        parameter: parameter('Patient', 'name'),
        mode: 'contains',
        value: `mily${below(100)}`,
      }),
    },
    { name: 'status, all of them', type: 'Observation', where: () => token('Observation', 'status', 'final') },
    {
      name: 'status, not one',
      type: 'Observation',
      where: () => ({ kind: 'not', node: token('Observation', 'status', 'final') }),
    },
    {
      name: 'status, accurate total',
      type: 'Observation',
      where: () => token('Observation', 'status', 'final'),
      total: 'accurate',
    },
  ]
}

async function measure(work: (round: number) => Promise<unknown>, milliseconds = 400): Promise<string> {
  const times: number[] = []
  for (let warm = 0; warm < 20; warm++) await work(warm)
  const end = performance.now() + milliseconds
  for (let round = 0; performance.now() < end; round++) {
    const begin = performance.now()
    await work(round)
    times.push(performance.now() - begin)
  }
  times.sort((left, right) => left - right)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(3)
  const sum = times.reduce((total, time) => total + time, 0)
  return `${Math.round((times.length / sum) * 1000)
    .toString()
    .padStart(7)}/s  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms`
}

async function report(engine: PrimaryEngine, observationIds: readonly string[], size: number): Promise<void> {
  const pick = () => ({ type: 'Observation', id: observationIds[below(observationIds.length)] ?? '' })
  console.log(
    `${'read newest'.padEnd(30)} ${await measure(() => engine.store.readNewest(TENANT, [pick()], deadline()))}`,
  )
  for (const { name, type, where, sort = [], total = 'none' } of SEARCHES(size)) {
    const search = () => {
      const query = { type, where: where() } as ScopedQuery
      return engine.index.search(TENANT, { query, sort, count: 20, total, deadline: deadline() })
    }
    console.log(`${name.padEnd(30)} ${await measure(search)}`)
  }
}

/** Reads by key while something else goes on: what they wait for it. */
async function beside(engine: PrimaryEngine, ids: readonly string[], name: string, other: () => Promise<unknown>) {
  let on = true
  const others = (async () => {
    while (on) await other()
  })()
  const read = async () => {
    // As requests from sockets do, each read waits for its turn of the event loop.
    await new Promise(resolve => setImmediate(resolve))
    await engine.store.readNewest(TENANT, [{ type: 'Observation', id: ids[below(ids.length)] ?? '' }], deadline())
  }
  console.log(`${name.padEnd(30)} ${await measure(read, 1000)}`)
  on = false
  await others
}

async function main(): Promise<void> {
  const sizes = [1_000, Number(process.argv[2] ?? 100_000)]
  const folder = mkdtempSync(join(tmpdir(), 'embedded-bench-'))
  const engine = await openEmbedded({ role: 'primary', folder })
  const ids: string[] = []
  for (const size of sizes) {
    let spent = 0
    const before = ids.length
    while (ids.length < size) {
      const patientCount = Math.ceil((ids.length + 1000) / OBSERVATIONS_PER_PATIENT)
      const known = patients.size
      const fresh = Array.from({ length: Math.max(0, patientCount - known) }, (_, index) => patientOf(known + index))
      await write(engine, fresh)
      const observations = Array.from({ length: 1000 }, (_, index) => observationOf(ids.length + index))
      spent += await write(engine, observations)
      ids.push(...observations.map(observation => String(observation.id)))
    }
    console.log(
      `\n${size} Observations: the last ${size - before} inserted at ${Math.round(((size - before) / spent) * 1000)}/s`,
    )
    await report(engine, ids, size)
  }
  const heavy: Node = { kind: 'not', node: token('Observation', 'status', 'final') }
  const query = { type: 'Observation', where: heavy } as ScopedQuery
  await beside(engine, ids, 'reads beside long searches', () =>
    engine.index.search(TENANT, { query, sort: [], count: 20, total: 'none', deadline: deadline() }),
  )
  await beside(engine, ids, 'reads beside commits of 50', () =>
    write(
      engine,
      Array.from({ length: CHANGES_PER_COMMIT }, (_, index) => observationOf(index)),
    ),
  )
  await engine.close()
  rmSync(folder, { recursive: true })
  console.log(`\nRSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`)
}

await main()
