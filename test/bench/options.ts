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
  /** Observations that the forms of search are measured at. */
  readonly documents: readonly number[]
  /** Whether the forms of search are measured over OpenSearch, too. */
  readonly engines: boolean
  /** Entries of the transactions that are measured. */
  readonly bundles: readonly number[]
  /** Of the resource whose history is read. */
  readonly versions: number
}

export const BENCH_USAGE = `Usage: npm run bench [-- [--only name[,name]] [--seconds 10] [--data folder] [--load-mb 100]
                             [--growth 1000,10000,100000] [--documents 10000,100000] [--engines]
                             [--bundles 100,1000,3000,12000] [--versions 10000]]

Names: start, cold-start, ceiling, load, read, create, update, search, graphql, mixed, growth. Only where they are named:
search-forms, with --engines over OpenSearch and DynamoDB Local, too; bundles; live-updates; graphql-shapes; engines.
What needs engines starts them (Java 17). Results are printed and written to test/bench/results/. Without --data the
largest set below data/ is loaded (npm run data generates one), else the sample in test/vectors/synthea.`

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
        documents: { type: 'string', default: '10000,100000' },
        engines: { type: 'boolean', default: false },
        bundles: { type: 'string', default: '100,1000,3000,12000' },
        versions: { type: 'string', default: '10000' },
      },
    })
    const only = values.only.split(',').filter(Boolean)
    const unknown = only.find(name => !names.includes(name))
    if (unknown !== undefined) return `--only takes names out of ${names.join(', ')}, not '${unknown}'`
    return {
      only,
      seconds: positive('--seconds', values.seconds),
      data: values.data,
      loadBytesMax: positive('--load-mb', values['load-mb']) * 1e6,
      growth: growing('--growth', values.growth),
      documents: growing('--documents', values.documents),
      engines: values.engines,
      bundles: growing('--bundles', values.bundles),
      versions: wholePositive('--versions', values.versions),
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function positive(option: string, value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new Error(`${option} takes a positive number, not '${value}'`)
  return number
}

function wholePositive(option: string, value: string): number {
  const number = Number(value)
  if (!(Number.isInteger(number) && number > 0))
    throw new Error(`${option} takes a positive whole number, not '${value}'`)
  return number
}

function growing(option: string, value: string): readonly number[] {
  const sizes = value.split(',').map(Number)
  if (sizes.some((size, index) => !(Number.isInteger(size) && size > (sizes[index - 1] ?? 0))))
    throw new Error(`${option} takes whole numbers that grow, such as 1000,100000, not '${value}'`)
  return sizes
}
