/** The files that the benchmarks load. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '#test/support/gateway-process.ts'
import type { BenchOptions } from './options.ts'

export interface DataSet {
  readonly folder: string
  readonly files: readonly string[]
  readonly bytes: number
}

/** Hospitals and practitioners, then patients from the smallest on until the bytes are used up. */
export function dataSet({ data, loadBytesMax }: Pick<BenchOptions, 'data' | 'loadBytesMax'>): DataSet {
  const folder = data ?? largestSet() ?? join(root, 'test/vectors/synthea')
  const sized = readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => ({
      path: join(folder, name),
      bytes: statSync(join(folder, name)).size,
      first: /^(hosp|pract)/.test(name),
    }))
    .sort((a, b) => Number(b.first) - Number(a.first) || a.bytes - b.bytes)
  const files: string[] = []
  let bytes = 0
  for (const file of sized) {
    if (!file.first && bytes + file.bytes > loadBytesMax) break
    files.push(file.path)
    bytes += file.bytes
  }
  return { folder, files, bytes }
}

function largestSet(): string | undefined {
  const data = join(root, 'data')
  const sets = existsSync(data) ? readdirSync(data).filter(name => /^synthea-\d+-\d+$/.test(name)) : []
  const patients = (name: string): number => Number(name.split('-')[1])
  const [largest] = sets.sort((a, b) => patients(b) - patients(a))
  return largest && join(data, largest)
}

export interface LoadOutcome {
  readonly resources: number
  readonly seconds: number
  readonly failed: number
}

/** Loads by the command that users have. */
export async function loadInto(baseUrl: string, { files }: DataSet): Promise<LoadOutcome> {
  const child = spawn(process.execPath, ['runtime/local/load.js', ...files, '--url', baseUrl], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', chunk => {
    output += chunk
  })
  await new Promise(done => child.on('close', done))
  const [, resources, failed, seconds] =
    /^Done.* files, ([\d,]+) resources, .* ([\d,]+) failed, ([\d.]+) s\.$/m.exec(output) ?? []
  if (resources === undefined || failed === undefined) throw new Error(`npm run load failed:\n${output}`)
  if (failed !== '0') console.error(output)
  return { resources: plain(resources), failed: plain(failed), seconds: Number(seconds) }
}

const plain = (grouped: string): number => Number(grouped.replaceAll(',', ''))
