import { parseArgs } from 'node:util'

export interface DataOptions {
  readonly patients: number
  readonly seed: number
  /** Years of history to keep; 0 keeps all of it. */
  readonly years: number
  readonly state: string
  /** Synthea's own form, `0-17`; undefined: all ages. */
  readonly ages: string | undefined
  /** The day on which generation ends, YYYYMMDD: fixed, so that a set is the same whenever it is made. */
  readonly day: string
  /** Folder of the set; undefined: named after patients and seed. */
  readonly out: string | undefined
}

export const DATA_USAGE = `Usage: npm run data -- [--patients 50] [--seed 7] [--years 10] [--state Massachusetts]
                      [--ages 0-140] [--day 20250101] [--out folder]

Generates synthetic patients as R4 transaction bundles with Synthea, into data/synthea-<patients>-<seed>/.
--years keeps the last so many years of each history, as Synthea does by default (0: all, up to 100 MB a patient).
Needs Java 11 or newer and Maven; the sample in test/vectors/synthea needs neither.`

/** @returns the options, or a sentence that says what is wrong with the arguments */
export function parseDataOptions(argv: readonly string[]): DataOptions | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        patients: { type: 'string', default: '50' },
        seed: { type: 'string', default: '7' },
        years: { type: 'string', default: '10' },
        state: { type: 'string', default: 'Massachusetts' },
        ages: { type: 'string' },
        day: { type: 'string', default: '20250101' },
        out: { type: 'string' },
      },
    })
    const patients = wholeNumber('patients', values.patients, 1)
    const seed = wholeNumber('seed', values.seed, 0)
    const years = wholeNumber('years', values.years, 0)
    const problem =
      [patients, seed, years].find(value => typeof value === 'string') ??
      formProblem('day', values.day, /^\d{8}$/, 'YYYYMMDD') ??
      formProblem('ages', values.ages, /^\d{1,3}-\d{1,3}$/, 'two ages such as 0-17')
    if (typeof problem === 'string') return problem
    return {
      patients: Number(patients),
      seed: Number(seed),
      years: Number(years),
      state: values.state,
      ages: values.ages,
      day: values.day,
      out: values.out,
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function wholeNumber(name: string, text: string, least: number): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= least
    ? value
    : `--${name} takes a whole number of at least ${least}, not '${text}'`
}

const formProblem = (name: string, text: string | undefined, form: RegExp, expected: string): string | undefined =>
  text === undefined || form.test(text) ? undefined : `--${name} takes ${expected}, not '${text}'`
