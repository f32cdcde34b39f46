/**
 * Nested GraphQL over the embedded store in this process, and the same documents over
 * graphql-js with a resolver a field that asks the same service. CPU time, for other work on the machine counts less.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPrimaryService } from '#runtime/embedded.ts'
import type { FhirService, JsonObject } from '#service/index.ts'
import { call, type EngineKind, openEngine } from './graphql-engines.ts'
import type { ProbeResult } from './graphql-probe.ts'
import { latenciesOf } from './latencies.ts'
import { table } from './report.ts'

const PATIENTS = 400
const ORGANIZATIONS = 20
const CONDITIONS_OF_PATIENT = 3
const KINDS: readonly EngineKind[] = ['executor', 'naive']
const WARMUP = 20
const ROUNDS = 60

const DOCUMENTS: Readonly<Record<string, string>> = {
  'PatientList(100), three references': `{ PatientList(_count: 100) {
    id name { family given } birthDate
    managingOrganization { resource { ... on Organization { name partOf { resource { ... on Organization { name } } } } } }
    generalPractitioner { resource { ... on Practitioner { name { family } } } }
  } }`,
  'reverse lists two deep': `{ OrganizationList(_count: 5) {
    name PatientList(_reference: "organization") { id ConditionList(_reference: "patient") { code { text } } }
  } }`,
}

export interface GraphqlShapes {
  readonly warm: readonly GraphqlCost[]
  /** The first answer of a process that serves all types, and what it holds in memory then. */
  readonly fresh: readonly GraphqlProbe[]
}

interface GraphqlCost {
  readonly kind: string
  readonly document: string
  readonly p50: number
  readonly p95: number
  /** A document. */
  readonly cpuMs: number
}

interface GraphqlProbe extends ProbeResult {
  readonly kind: string
}

export async function measureGraphqlShapes(): Promise<GraphqlShapes> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-graphql-'))
  try {
    const { service, close } = await openPrimaryService({ folder })
    await fillService(service)
    await close()
    const warm: GraphqlCost[] = []
    for (const kind of KINDS) warm.push(...(await measure(kind, folder)))
    const fresh: GraphqlProbe[] = []
    for (const kind of KINDS) fresh.push({ kind, ...(await probe(kind, folder)) })
    return { warm, fresh }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const graphqlShapesTables = ({ warm, fresh }: GraphqlShapes): string =>
  [
    table(
      ['nested GraphQL', 'p50 ms', 'p95 ms', 'CPU ms'],
      warm.map(({ kind, document, p50, p95, cpuMs }) => [`${kind}: ${document}`, p50, p95, cpuMs]),
    ),
    table(
      ['fresh process', 'answered ms', 'first request ms', 'RSS MB', 'heap MB'],
      fresh.map(({ kind, answeredMs, firstMs, rssMb, heapMb }) => [kind, answeredMs, firstMs, rssMb, heapMb]),
    ),
  ].join('\n\n')

async function measure(kind: EngineKind, folder: string): Promise<readonly GraphqlCost[]> {
  const { ask, close } = await openEngine(kind, folder)
  const costs: GraphqlCost[] = []
  for (const [document, query] of Object.entries(DOCUMENTS)) {
    for (let round = 0; round < WARMUP; round += 1) await ask(query)
    const walls: number[] = []
    const cpuBefore = process.cpuUsage()
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now()
      await ask(query)
      walls.push(performance.now() - start)
    }
    const { user, system } = process.cpuUsage(cpuBefore)
    const { p50, p95 } = latenciesOf(walls)
    costs.push({ kind, document, p50, p95, cpuMs: (user + system) / 1000 / ROUNDS })
  }
  await close()
  return costs
}

function probe(kind: EngineKind, folder: string): Promise<ProbeResult> {
  const program = join(import.meta.dirname, 'graphql-probe.ts')
  const child = fork(program, [kind, folder, DOCUMENTS['reverse lists two deep'] ?? ''])
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`The process ended with exit code ${code} without an answer`)))
  })
}

async function fillService(service: FhirService): Promise<void> {
  const put = (content: JsonObject) =>
    service.update(call, { type: String(content.resourceType), id: String(content.id), content })
  await put({ resourceType: 'Organization', id: 'root', name: 'Root' })
  const all: JsonObject[] = []
  for (let index = 0; index < ORGANIZATIONS; index += 1) {
    all.push({
      resourceType: 'Organization',
      id: `o${index}`,
      name: `Org ${index}`,
      partOf: { reference: 'Organization/root' },
    })
    all.push({ resourceType: 'Practitioner', id: `d${index}`, name: [{ family: `Doctor ${index}` }] })
  }
  for (let index = 0; index < PATIENTS; index += 1) {
    all.push({
      resourceType: 'Patient',
      id: `p${index}`,
      name: [{ use: 'official', family: `Family ${index}`, given: ['A', 'B'] }],
      identifier: [{ system: 'urn:bench', value: String(index) }],
      telecom: [{ system: 'phone', value: '555 1234', use: 'home' }],
      address: [{ line: ['Street 1'], city: 'Town', postalCode: '12345' }],
      birthDate: '1980-01-01',
      managingOrganization: { reference: `Organization/o${index % ORGANIZATIONS}` },
      generalPractitioner: [{ reference: `Practitioner/d${index % ORGANIZATIONS}` }],
    })
    for (let each = 0; each < CONDITIONS_OF_PATIENT; each += 1) {
      all.push({
        resourceType: 'Condition',
        id: `c${index}-${each}`,
        code: { text: `Condition ${each}`, coding: [{ system: 'http://snomed.info/sct', code: String(each) }] },
        subject: { reference: `Patient/p${index}` },
      })
    }
  }
  for (let start = 0; start < all.length; start += 100) await Promise.all(all.slice(start, start + 100).map(put))
}
