import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** Names of the benchmarks to run; empty: all. */
  readonly only: readonly string[]
  /** How long each is measured. */
  readonly seconds: number
  /** Folder with Synthea files; undefined: the largest set below data/, else the sample. */
  readonly data: string | undefined
  /** Load no more than so many bytes of files: a quick run needs no 100,000 resources. */
  readonly loadBytesMax: number
  /** Sizes of the type for the growth benchmark. */
  readonly growth: readonly number[]
}

export const BENCH_USAGE = `Usage: npm run bench [-- [--only name[,name]] [--seconds 10] [--data folder] [--load-mb 100]
                             [--growth 1000,10000,100000]]

Names: start, cold-start, ceiling, load, read, create, update, search, graphql, mixed, growth, and engines, which starts
the engines (Java 17) and runs only where it is named.
Results are printed and written to test/bench/results/. Without --data the largest set below data/ is loaded
(npm run data generates one), else the sample in test/vectors/synthea.`

/** @returns the options, or a sentence that says what is wrong with the arguments */
export function parseBenchOptions(argv: readonly string[], names: readonly string[]): BenchOptions | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string', default: '' },
        seconds: { type: 'string', default: '10' },
        data: { type: 'string' },
        'load-mb': { type: 'string', default: '100' },
        growth: { type: 'string', default: '1000,10000,100000' },
      },
    })
    const only = values.only.split(',').filter(Boolean)
    const unknown = only.find(name => !names.includes(name))
    if (unknown !== undefined) return `--only takes names out of ${names.join(', ')}, not '${unknown}'`
    const seconds = Number(values.seconds)
    if (!(seconds > 0)) return `--seconds takes a positive number, not '${values.seconds}'`
    const megabytes = Number(values['load-mb'])
    if (!(megabytes > 0)) return `--load-mb takes a positive number, not '${values['load-mb']}'`
    const growth = values.growth.split(',').map(Number)
    if (growth.length < 2 || growth.some((size, index) => !(size > (growth[index - 1] ?? 0))))
      return `--growth takes sizes that grow, such as 1000,100000, not '${values.growth}'`
    return { only, seconds, data: values.data, loadBytesMax: megabytes * 1e6, growth }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
