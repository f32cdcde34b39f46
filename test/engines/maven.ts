/** Java programs from Maven's central repository, each in a folder of the cache with all that it needs. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError, MissingProgramError } from './engine-error.ts'

export interface MavenArtifact {
  readonly group: string
  readonly name: string
  readonly version: string
}

const JAVA_VERSION_MIN = 17

/** @throws MissingProgramError */
export function requireJava(): void {
  const { error, status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const needed = `The engines need Java ${JAVA_VERSION_MIN} or newer`
  if (error || status !== 0) throw new MissingProgramError(`${needed}, and 'java' does not run here.`)
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
  if (version < JAVA_VERSION_MIN) throw new MissingProgramError(`${needed}, and 'java' here is version ${version}.`)
}

/**
 * The folder with the artifact's jars and native libraries, fetched once.
 * @throws EngineError with a sentence on what is missing or failed.
 */
export async function fetchJars(cache: string, artifact: MavenArtifact): Promise<string> {
  const folder = join(cache, `${artifact.name}-${artifact.version}`)
  if (existsSync(folder)) return folder
  requireMaven()
  // Renamed into place when it is whole, so that neither a crash nor another process leaves half of it.
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  writeFileSync(join(unfinished, 'pom.xml'), pomOf(artifact))
  const code = await runMaven(unfinished)
  if (code !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new EngineError(
      `Maven could not fetch ${artifact.name} ${artifact.version} (exit code ${code}): is there a way to the network?`,
    )
  }
  if (existsSync(folder)) rmSync(unfinished, { recursive: true, force: true })
  else renameSync(unfinished, folder)
  return folder
}

function requireMaven(): void {
  const { error, status } = spawnSync('mvn', ['--version'], { stdio: 'ignore' })
  if (error || status !== 0)
    throw new MissingProgramError(`Fetching the engines needs Maven, and 'mvn' does not run here.`)
}

const runMaven = (folder: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      'mvn',
      [
        '--batch-mode',
        '--quiet',
        '-Dstyle.color=never',
        '--file',
        join(folder, 'pom.xml'),
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${folder}`,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    )
    child.on('error', reject)
    child.on('exit', code => resolve(code ?? 1))
  })

const pomOf = ({ group, name, version }: MavenArtifact): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>fhir-gateway</groupId>
  <artifactId>engines</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>${group}</groupId>
      <artifactId>${name}</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
</project>
`
