/** schemathesis, which asks a server whatever its schema allows: a program in Python, so it may not be here. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { root } from './gateway-process.ts'

const CACHE = `${root}/.cache`
const FOLDER = `${CACHE}/schemathesis`
const OWN = `${FOLDER}/bin/schemathesis`
const PACKAGE = 'schemathesis==4.32.5'

/** The program; undefined where there is none. */
export function findSchemathesis(): string | undefined {
  return [OWN, 'schemathesis'].find(runs)
}

/** As findSchemathesis; where there is none it is brought to where CONTRIBUTING.md has it. */
export function fetchSchemathesis(): string | undefined {
  const found = findSchemathesis()
  if (found !== undefined) return found
  const isFetched =
    succeeds('python3', ['-m', 'venv', FOLDER]) && succeeds(`${FOLDER}/bin/pip`, ['install', '--quiet', PACKAGE])
  return isFetched ? findSchemathesis() : undefined
}

const runs = (program: string): boolean => (program !== OWN || existsSync(OWN)) && succeeds(program, ['--version'])

const succeeds = (program: string, parameters: readonly string[]): boolean =>
  spawnSync(program, parameters, { stdio: 'ignore' }).status === 0

export const NO_SCHEMATHESIS =
  'Skipped: there is no schemathesis. It needs Python: python3 -m venv .cache/schemathesis && ' +
  `.cache/schemathesis/bin/pip install ${PACKAGE}\n`

/** @returns the exit code. It notes what it has tried where it runs: in the cache. */
export function runSchemathesis(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): number {
  mkdirSync(CACHE, { recursive: true })
  const env = { ...process.env, ...environment }
  return spawnSync(program, ['run', ...parameters], { stdio: 'inherit', cwd: CACHE, env }).status ?? 1
}
