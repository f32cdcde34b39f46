/** schemathesis, which asks a server whatever its schema allows: a program in Python, so it may not be here. */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type GatewayProcess, root, withGateway } from './gateway-process.ts'

const CACHE = `${root}/.cache`
const FOLDER = `${CACHE}/schemathesis`
const OWN = `${FOLDER}/bin/schemathesis`
const PACKAGE = 'schemathesis==4.32.5'

/** The program; undefined where there is none. */
function findSchemathesis(): string | undefined {
  return [OWN, 'schemathesis'].find(runs)
}

/** As findSchemathesis; where there is none it is brought to where CONTRIBUTING.md has it. */
function fetchSchemathesis(): string | undefined {
  const found = findSchemathesis()
  if (found !== undefined) return found
  const isFetched =
    succeeds('python3', ['-m', 'venv', FOLDER]) && succeeds(`${FOLDER}/bin/pip`, ['install', '--quiet', PACKAGE])
  return isFetched ? findSchemathesis() : undefined
}

const runs = (program: string): boolean => (program !== OWN || existsSync(OWN)) && succeeds(program, ['--version'])

const succeeds = (program: string, parameters: readonly string[]): boolean =>
  spawnSync(program, parameters, { stdio: 'ignore' }).status === 0

const NO_SCHEMATHESIS =
  'Skipped: there is no schemathesis. It needs Python: python3 -m venv .cache/schemathesis && ' +
  `.cache/schemathesis/bin/pip install ${PACKAGE}\n`

/** What a check finds depends on the commit, and on how far a machine comes in the time. */
const DEFAULT_SEED = process.env.SEED ?? '7'

const RANDOM_SEED_MAX = 2 ** 31

export interface Asked {
  /** Beside the options that all runs have: the schema's address, the checks. */
  readonly parameters: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Starts a gateway and has schemathesis ask it. The command takes `--seconds` (of each run), `--seed` (a number, or
 * random, as a nightly run should) and `--fetch` (brings schemathesis where there is none).
 * @param runsOf what is asked of the gateway, one run after the other.
 * @returns the exit code; 0 with a sentence where there is no schemathesis.
 */
export async function askBySchemathesis(
  secondsDefault: number,
  runsOf: (gateway: GatewayProcess) => readonly Asked[],
): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: String(secondsDefault) },
      seed: { type: 'string', default: DEFAULT_SEED },
      fetch: { type: 'boolean', default: false },
    },
  })
  const program = values.fetch ? fetchSchemathesis() : findSchemathesis()
  if (program === undefined) {
    process.stdout.write(NO_SCHEMATHESIS)
    return 0
  }
  const seed = values.seed === 'random' ? String(randomInt(RANDOM_SEED_MAX)) : values.seed
  process.stdout.write(`The seed is ${seed}; --seed ${seed} repeats this.\n`)
  const limits = ['--max-examples', '30', '--max-time', values.seconds, '--seed', seed, '--workers', '1']
  return withGateway(async gateway => {
    const codes = runsOf(gateway).map(({ parameters, environment = {} }) =>
      runSchemathesis(program, [...parameters, ...limits], environment),
    )
    return Math.max(...codes)
  })
}

/** @returns the exit code. It notes what it has tried where it runs: in the cache. */
function runSchemathesis(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): number {
  mkdirSync(CACHE, { recursive: true })
  const env = { ...process.env, ...environment }
  return spawnSync(program, ['run', ...parameters], { stdio: 'inherit', cwd: CACHE, env }).status ?? 1
}
