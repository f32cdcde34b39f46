/**
 * How long a Lambda function takes to its first answer, but for what AWS and its engines add: a fresh process, the
 * bundle, one event; a server in this process answers at once for DynamoDB and OpenSearch.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleLambda, bytesOf, initialOf, LAMBDA_NAMES, type LambdaName } from '#runtime/lambda/bundle.ts'
import { apiGatewayEvent } from '#test/support/api-gateway-events.ts'
import { appsyncEvent } from '#test/support/appsync-events.ts'
import { type FakeAws, startFakeAws } from '#test/support/fake-aws.ts'
import { observation } from './tasks.ts'

export interface ColdStart {
  readonly bundle: string
  /** Of all its files, and of those that each start loads. */
  readonly bytes: number
  readonly initialBytes: number
  readonly request: string
  readonly status: number
  /** Medians. From the start of the process to the answer; of that, importing and answering. */
  readonly answeredMs: number
  readonly importMs: number
  readonly firstMs: number
}

interface Probe {
  readonly importMs: number
  readonly firstMs: number
  readonly statusCode: number
}

const RUNS = 9

/** By function, what it is asked first. */
const EVENTS: Readonly<Partial<Record<LambdaName, Readonly<Record<string, object>>>>> = {
  rest: {
    'GET Patient/1': apiGatewayEvent({ path: '/fhir/Patient/1' }),
    'GET Patient?family=': apiGatewayEvent({ path: '/fhir/Patient', query: { family: ['x'] } }),
    'POST Observation': apiGatewayEvent({
      method: 'POST',
      path: '/fhir/Observation',
      headers: { 'Content-Type': ['application/fhir+json'] },
      body: observation({ patient: '1', code: 'http://loinc.org|85354-9', index: 1 }),
    }),
  },
  resolvers: {
    'PatientList with ConditionList': appsyncEvent('Query', 'PatientList', {
      arguments: { family: ['x'] },
      selection: '{ id name { family } ConditionList(_reference: "patient") { id code { text } } }',
    }),
  },
}

export async function measureColdStarts(): Promise<readonly ColdStart[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bundles-'))
  const aws = await startFakeAws()
  const results: ColdStart[] = []
  for (const name of LAMBDA_NAMES) {
    const files = await bundleLambda(name, join(folder, name))
    const sizes = { bytes: bytesOf(files), initialBytes: bytesOf(initialOf(files)) }
    const bundle = join(folder, name, 'runtime', `${name}.mjs`)
    for (const [request, event] of Object.entries(EVENTS[name] ?? {}))
      results.push({ bundle: name, ...sizes, request, ...(await measureProbes(aws, bundle, event)) })
  }
  aws.close()
  rmSync(folder, { recursive: true })
  return results
}

async function measureProbes(
  aws: FakeAws,
  bundle: string,
  event: object,
): Promise<Omit<ColdStart, 'bundle' | 'bytes' | 'initialBytes' | 'request'>> {
  const probes: (Probe & { readonly answeredMs: number })[] = []
  for (let run = 0; run < RUNS; run++) probes.push(await probe(aws, bundle, event))
  return {
    status: probes[0]?.statusCode ?? 0,
    answeredMs: median(probes.map(each => each.answeredMs)),
    importMs: median(probes.map(each => each.importMs)),
    firstMs: median(probes.map(each => each.firstMs)),
  }
}

async function probe(
  { environment }: FakeAws,
  bundle: string,
  event: object,
): Promise<Probe & { readonly answeredMs: number }> {
  const startedAt = performance.now()
  const child = fork(join(import.meta.dirname, 'cold-start-probe.js'), [bundle, JSON.stringify(event)], {
    env: { ...environment, LOG_LEVEL: 'warn' },
  })
  const result = await new Promise<Probe>((resolve, reject) => {
    child.on('message', resolve)
    child.on('exit', code => reject(new Error(`The bundle ended with exit code ${code} without an answer`)))
  })
  const answeredMs = performance.now() - startedAt
  child.kill('SIGKILL')
  return { ...result, answeredMs }
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
