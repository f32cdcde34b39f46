/**
 * `npm run bench`: the gateway over its embedded store, asked over HTTP on this machine. docs/performance.md explains.
 */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { BY_NPM, DIRECT, type GatewayProcess, startGateway, withGateway } from '#test/support/gateway-process.ts'
import { measureColdStarts, median } from './cold-start.ts'
import { measureGrowth } from './growth.ts'
import { knownData } from './known-data.ts'
import { dataSet, loadInto } from './load-data.ts'
import { generate, measure } from './measure.ts'
import { ON_REQUEST } from './on-request.ts'
import { BENCH_USAGE, type BenchOptions, parseBenchOptions } from './options.ts'
import {
  type BenchResults,
  growthTable,
  measurementTable,
  table,
  tellUnexpected,
  thisMachine,
  writeResults,
} from './report.ts'
import type { KnownData, TaskName } from './tasks.ts'

/** By name, what it measures on a loaded gateway and with how many clients. */
const REQUESTS: Readonly<Record<string, { readonly tasks: readonly TaskName[]; readonly clients: number }>> = {
  read: { tasks: ['read'], clients: 32 },
  search: { tasks: ['search-token', 'search-date', 'search-chained'], clients: 16 },
  graphql: { tasks: ['graphql-list', 'graphql-operation'], clients: 16 },
  create: { tasks: ['create'], clients: 32 },
  update: { tasks: ['update'], clients: 32 },
}

const ON_LOADED = ['load', ...Object.keys(REQUESTS), 'mixed']
const NAMES = ['start', 'cold-start', 'ceiling', ...ON_LOADED, 'growth', ...Object.keys(ON_REQUEST)]
const STARTS = 5
/** Requests of different orders write different resources. */
const INDEX_STEP = 100_000_000

async function main(options: BenchOptions): Promise<void> {
  const wanted = (name: string): boolean =>
    options.only.length === 0 ? !(name in ON_REQUEST) : options.only.includes(name)
  const results: BenchResults = { date: new Date().toISOString(), machine: thisMachine(), measurements: [] }
  console.log(
    Object.entries(results.machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', '),
  )

  if (wanted('start')) await benchStart(results)
  if (wanted('cold-start')) await benchColdStart(results)
  if (wanted('ceiling')) await benchCeiling(results, options)
  if (ON_LOADED.some(wanted)) await benchLoaded(results, options, wanted)
  if (wanted('growth')) await withGateway(gateway => benchGrowth(results, options, gateway))
  for (const [name, bench] of Object.entries(ON_REQUEST)) if (wanted(name)) await bench(results, options)
  console.log(`\nWritten to ${writeResults(results)}`)
}

async function benchStart(results: BenchResults): Promise<void> {
  const start: { how: string; readyMs: number }[] = []
  for (const [how, command] of Object.entries({ 'npm start': BY_NPM, 'node runtime/local/start.js': DIRECT })) {
    const times: number[] = []
    for (let run = 0; run < STARTS; run++) {
      const gateway = await startGateway(command)
      times.push(gateway.readyMs)
      await gateway.stop()
    }
    start.push({ how, readyMs: median(times) })
  }
  results.start = start
  console.log(
    `\n${table(
      ['start', 'ready ms'],
      start.map(({ how, readyMs }) => [how, readyMs]),
    )}`,
  )
}

async function benchColdStart(results: BenchResults): Promise<void> {
  const coldStarts = await measureColdStarts()
  results.coldStarts = coldStarts
  const header = ['cold start', 'bundle KB', 'loaded KB', 'status', 'answered ms', 'import ms', 'first request ms']
  const rows = coldStarts.map(each => [
    `${each.bundle}: ${each.request}`,
    ...[each.bytes / 1000, each.initialBytes / 1000, String(each.status), each.answeredMs, each.importMs, each.firstMs],
  ])
  console.log(`\n${table(header, rows)}`)
}

async function benchCeiling(results: BenchResults, options: BenchOptions): Promise<void> {
  const child = fork(join(import.meta.dirname, 'ceiling.ts'))
  const port = await new Promise<number>(resolve => child.once('message', message => resolve(Number(message))))
  const data: KnownData = { observations: ['1', '2', '3'], patients: [], codes: [], days: [] }
  const measureMs = options.seconds * 1000
  const ceiling: { clients: number; perSecond: number; p50: number }[] = []
  for (const clients of [16, 32]) {
    const order = { task: 'read' as const, data, clients, measureMs, firstIndex: 0, warmupMs: 1000 }
    const { perSecond, p50 } = await generate({ ...order, host: '127.0.0.1', port })
    ceiling.push({ clients, perSecond, p50 })
  }
  child.kill()
  results.ceiling = ceiling
  const rows = ceiling.map(({ clients, perSecond, p50 }) => [clients, perSecond, p50])
  console.log(`\n${table(['ceiling of the generator, clients', 'requests/s', 'p50 ms'], rows)}`)
}

async function benchLoaded(
  results: BenchResults,
  options: BenchOptions,
  wanted: (name: string) => boolean,
): Promise<void> {
  await withGateway(async gateway => {
    const set = dataSet(options)
    const cpuBefore = gateway.cpuMs()
    const outcome = await loadInto(gateway.baseUrl, set)
    const cpuMs = gateway.cpuMs() - cpuBefore
    results.load = { ...outcome, files: set.files.length, megabytes: set.bytes / 1e6, rssMb: gateway.rssMb(), cpuMs }
    const { resources, seconds, files, megabytes, rssMb } = results.load
    const row = [
      `${files} files`,
      megabytes,
      resources,
      seconds,
      resources / seconds,
      (cpuMs / resources) * 1000,
      rssMb,
    ]
    const header = ['load', 'MB', 'resources', 's', 'resources/s', 'server CPU µs', 'RSS MB']
    console.log(`\n${table(header, [row])}`)
    await benchRequests(results, options, wanted, gateway)
  })
}

async function benchRequests(
  results: BenchResults,
  options: BenchOptions,
  wanted: (name: string) => boolean,
  gateway: GatewayProcess,
): Promise<void> {
  const data = await knownData(gateway.baseUrl)
  const measureMs = options.seconds * 1000
  let firstIndex = 0
  const order = (task: TaskName, clients: number) => {
    firstIndex += INDEX_STEP
    return { task, data, clients, measureMs, firstIndex }
  }
  for (const [name, { tasks, clients }] of Object.entries(REQUESTS).filter(([each]) => wanted(each)))
    for (const task of tasks) {
      results.measurements.push(...(await measure(gateway, [order(task, clients)])))
      console.log(`${name} done: ${task}`)
    }
  if (results.measurements.length > 0) console.log(`\n${measurementTable(results.measurements)}`)
  if (wanted('mixed')) {
    const mixed = [
      ...(await measure(gateway, [order('create', 16), order('read', 16)])),
      ...(await measure(gateway, [order('create', 16), order('search-date', 16)])),
    ]
    results.mixed = mixed
    console.log(`\nTwo and two at the same time:\n${measurementTable(mixed)}`)
  }
  tellUnexpected([...results.measurements, ...(results.mixed ?? [])])
}

async function benchGrowth(results: BenchResults, options: BenchOptions, gateway: GatewayProcess): Promise<void> {
  results.growth = await measureGrowth(gateway, options.growth)
  console.log(`\n${growthTable(results.growth)}`)
}

const options = parseBenchOptions(process.argv.slice(2), NAMES)
if (typeof options === 'string') {
  console.error(`${options}\n\n${BENCH_USAGE}`)
  process.exitCode = 2
} else await main(options)
