/**
 * How long a Lambda function takes to its first answer, but for what AWS adds: a fresh process, the bundle, one event.
 */
import { execFileSync, fork } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiGatewayEvent } from '#test/support/api-gateway-events.ts'
import { root } from '#test/support/gateway-process.ts'
import { observation } from './tasks.ts'

export interface ColdStart {
  readonly bundle: string
  readonly bytes: number
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

const EVENTS = {
  'GET Patient?family=': apiGatewayEvent({ path: '/fhir/Patient', query: { family: ['x'] } }),
  'POST Observation': apiGatewayEvent({
    method: 'POST',
    path: '/fhir/Observation',
    headers: { 'Content-Type': ['application/fhir+json'] },
    body: observation('1', 1),
  }),
}

export async function measureColdStarts(): Promise<readonly ColdStart[]> {
  execFileSync('npm', ['run', 'bundle', '--silent'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const bundle = join(root, 'dist/lambda/rest/runtime/rest.mjs')
  if (!existsSync(bundle)) throw new Error(`npm run bundle made no ${bundle}`)
  const results: ColdStart[] = []
  for (const [request, event] of Object.entries(EVENTS)) {
    const probes: (Probe & { readonly answeredMs: number })[] = []
    for (let run = 0; run < RUNS; run++) probes.push(await probe(bundle, event))
    results.push({
      bundle: 'rest',
      bytes: statSync(bundle).size,
      request,
      status: probes[0]?.statusCode ?? 0,
      answeredMs: median(probes.map(each => each.answeredMs)),
      importMs: median(probes.map(each => each.importMs)),
      firstMs: median(probes.map(each => each.firstMs)),
    })
  }
  return results
}

async function probe(bundle: string, event: object): Promise<Probe & { readonly answeredMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-cold-'))
  const startedAt = performance.now()
  const child = fork(join(import.meta.dirname, 'cold-start-probe.js'), [bundle, JSON.stringify(event)], {
    env: { ...process.env, DATA_DIR: folder },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const result = await new Promise<Probe>((resolve, reject) => {
    child.on('message', resolve)
    child.on('exit', code => reject(new Error(`The bundle ended with exit code ${code} without an answer`)))
  })
  const answeredMs = performance.now() - startedAt
  child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
  return { ...result, answeredMs }
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
