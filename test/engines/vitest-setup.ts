/**
 * Starts the engines once for all test files; `inject('engines')` has their addresses. ENGINES=dynamodb,s3 starts only
 * these.
 */
import type { TestProject } from 'vitest/node'
import { EngineError, MissingProgramError } from './engine-error.ts'
import { ENGINE_NAMES, type EngineAddresses, startEngines } from './start-engines.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly engines: Partial<EngineAddresses>
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // For some minutes of work the second compiler costs more than it saves: a third of all CPU time, half of each start.
  process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1'
  const chosen = process.env.ENGINES?.split(',').map(name => name.trim())
  const names = ENGINE_NAMES.filter(name => !chosen || chosen.includes(name))
  const { stop, ...addresses } = await startEngines(Object.fromEntries(names.map(name => [name, true]))).catch(giveUp)
  project.provide('engines', addresses)
  return stop
}

/** A sentence instead of a stack: what is wrong is the machine. */
function giveUp(error: unknown): never {
  if (!(error instanceof EngineError)) throw error
  console.error(`engines: ${error.message}`)
  process.exit(error instanceof MissingProgramError ? 3 : 1)
}
