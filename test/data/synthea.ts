/** Runs Synthea, which comes from Maven's central repository with everything that it needs. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataOptions } from './options.ts'

const SYNTHEA_VERSION = '3.3.0'

/** Its message is for the person at the terminal. */
export class DataError extends Error {}

/** A program that the machine lacks. */
export class MissingProgramError extends DataError {}

/**
 * The jars of Synthea and of all that it needs, copied into the cache folder once.
 * @returns a Java class path
 */
export async function fetchSynthea(cache: string): Promise<string> {
  const folder = join(cache, `synthea-${SYNTHEA_VERSION}`)
  const jars = join(folder, 'jars')
  const complete = join(folder, 'complete')
  if (!existsSync(complete)) {
    requireProgram('mvn', 'Maven')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'pom.xml'), POM)
    const code = await run('mvn', [
      '--batch-mode',
      '--quiet',
      '--file',
      join(folder, 'pom.xml'),
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${jars}`,
    ])
    if (code !== 0) throw new DataError(`Maven could not fetch Synthea ${SYNTHEA_VERSION} (exit code ${code})`)
    writeFileSync(complete, '')
  }
  return `${jars}/*`
}

/** Generates a set into the folder, which must not exist yet. All or nothing: it appears once it is whole. */
export async function runSynthea(classPath: string, options: DataOptions, folder: string): Promise<void> {
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  const code = await run('java', ['-cp', classPath, 'App', ...syntheaArguments(options, partial)])
  if (code !== 0) throw new DataError(`Synthea ended with exit code ${code}`)
  renameSync(join(partial, 'fhir'), folder)
  rmSync(partial, { recursive: true, force: true })
}

export const requireJava = (): void => requireProgram('java', 'Java 11 or newer', ['-version'])

/** Files and bytes of a generated set. */
export const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()

const syntheaArguments = (options: DataOptions, folder: string): readonly string[] => [
  ...['-p', String(options.patients), '-s', String(options.seed), '-cs', String(options.seed)],
  ...['-r', options.day, '-e', options.day],
  ...(options.ages ? ['-a', options.ages] : []),
  ...Object.entries({
    'exporter.baseDirectory': folder,
    'exporter.years_of_history': options.years,
    'exporter.fhir.export': true,
    'exporter.fhir.transaction_bundle': true,
    'exporter.hospital.fhir.export': true,
    'exporter.practitioner.fhir.export': true,
    // Holds the time of the run and a random number.
    'exporter.metadata.export': false,
    // Threads draw clinicians from one generator: more than one of them would make each run another set.
    'generate.thread_pool_size': 1,
  }).map(([name, value]) => `--${name}=${value}`),
  options.state,
]

function requireProgram(program: string, name: string, probe: readonly string[] = ['--version']): void {
  const { error, status } = spawnSync(program, probe, { stdio: 'ignore' })
  if (error || status !== 0)
    throw new MissingProgramError(
      `Generating data needs ${name}, and '${program}' does not run here. A sample is in test/vectors/synthea.`,
    )
}

const run = (program: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)))
  })

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>fhir-gateway</groupId>
  <artifactId>synthea-data</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.mitre.synthea</groupId>
      <artifactId>synthea</artifactId>
      <version>${SYNTHEA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`
