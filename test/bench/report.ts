/** Results as a table for people and as JSON for later comparison. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { root } from '#test/support/gateway-process.ts'
import type { BundleCost } from './bundles.ts'
import type { ColdStart } from './cold-start.ts'
import type { EngineResults } from './engines.ts'
import type { GraphqlShapes } from './graphql-shapes.ts'
import type { GrowthPoint } from './growth.ts'
import type { HistoryPage } from './history-pages.ts'
import type { LiveUpdates } from './live-updates.ts'
import type { LoadOutcome } from './load-data.ts'
import type { Measurement } from './measure.ts'
import type { SearchFormPoint } from './search-forms.ts'

export interface BenchResults {
  readonly date: string
  readonly machine: Machine
  start?: readonly { readonly how: string; readonly readyMs: number }[]
  coldStarts?: readonly ColdStart[]
  /** Requests/s that the generator itself manages. */
  ceiling?: readonly { readonly clients: number; readonly perSecond: number; readonly p50: number }[]
  load?: LoadOutcome & {
    readonly files: number
    readonly megabytes: number
    readonly rssMb: number
    readonly cpuMs: number
  }
  measurements: Measurement[]
  mixed?: readonly Measurement[]
  growth?: readonly GrowthPoint[]
  engines?: EngineResults
  /** By engine. */
  searchForms?: Readonly<Record<string, readonly SearchFormPoint[]>>
  bundles?: readonly BundleCost[]
  historyPages?: readonly HistoryPage[]
  formats?: readonly Measurement[]
  liveUpdates?: LiveUpdates
  graphqlShapes?: GraphqlShapes
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
  readonly loadAverage: readonly number[]
}

export function thisMachine(): Machine {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadAverage: loadavg().map(value => Math.round(value * 100) / 100),
  }
}

export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [header, ...rows].map(row => row.map(cell => (typeof cell === 'number' ? readable(cell) : cell)))
  const widths = header.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const [first = 0, ...others] = widths
  const texts = lines.map(([name = '', ...values]) => {
    const right = values.map((value, index) => value.padStart(others[index] ?? 0))
    return `| ${[name.padEnd(first), ...right].join(' | ')} |`
  })
  const rule = `|${'-'.repeat(first + 2)}|${others.map(width => `${'-'.repeat(width + 1)}:|`).join('')}`
  return [texts[0], rule, ...texts.slice(1)].join('\n')
}

const readable = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Math.round(value * 100) / 100)

export const measurementTable = (measurements: readonly Measurement[]): string =>
  table(
    ['task', 'clients', 'requests/s', 'p50 ms', 'p99 ms', 'bytes', 'server CPU µs', 'client CPU %', 'RSS MB', 'load'],
    measurements.map(each => [
      each.task,
      each.clients,
      each.perSecond,
      each.p50,
      each.p99,
      each.bytesPerRequest,
      each.cpuMicrosPerRequest,
      each.generatorCpuShare * 100,
      each.rssMb,
      each.loadAverage,
    ]),
  )

/** On standard error, where answers were other ones than expected. */
export function tellUnexpected(measurements: readonly Measurement[]): void {
  for (const { task, unexpected, example } of measurements)
    if (Object.keys(unexpected).length > 0)
      console.error(`${task}: unexpected ${JSON.stringify(unexpected)}, for example ${example?.slice(0, 500)}`)
}

export function growthTable(points: readonly GrowthPoint[]): string {
  const sizes = [...new Set(points.map(point => point.size))]
  const searches = [...new Set(points.map(point => point.search))]
  const p50 = (search: string, size: number | undefined): number =>
    points.find(point => point.search === search && point.size === size)?.p50 ?? Number.NaN
  return table(
    ['search, p50 ms', ...sizes.map(size => size.toLocaleString('en-US')), 'last / first'],
    searches.map(search => [
      search,
      ...sizes.map(size => p50(search, size)),
      growthFactor(sizes.map(size => p50(search, size))),
    ]),
  )
}

/** How many times the first the last is. */
export const growthFactor = (values: readonly (number | undefined)[]): number =>
  (values.at(-1) ?? Number.NaN) / (values[0] ?? Number.NaN)

/** @returns the file, from the repository's root */
export function writeResults(results: BenchResults): string {
  const folder = 'test/bench/results'
  mkdirSync(join(root, folder), { recursive: true })
  const file = `${folder}/${results.date.replaceAll(/[:.]/g, '-')}.json`
  writeFileSync(join(root, file), `${JSON.stringify(results, null, 2)}\n`)
  return file
}
