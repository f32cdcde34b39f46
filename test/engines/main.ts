/**
 * `npm run engines`: starts the engines, says where they are, and stops them when it is told to end. With --fetch it
 * only sees to it that they could be started.
 */
import { EngineError, MissingProgramError } from './engine-error.ts'
import { ENGINE_NAMES, type EngineName, fetchEngines, startEngines } from './start-engines.ts'

const EXIT = { failed: 1, usage: 2, missingProgram: 3 }

async function run(names: readonly EngineName[]): Promise<void> {
  // Listened for from the start: whoever ends it while the engines come up must not leave one behind.
  const ended = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
  console.log(`Starting ${names.join(', ')} ...`)
  const { stop, ...addresses } = await startEngines(Object.fromEntries(names.map(name => [name, true])))
  for (const [name, address] of Object.entries(addresses)) {
    const { endpoint, ...rest } = address as { readonly endpoint: string }
    const details = Object.entries(rest).map(([key, value]) => `${key} ${value}`)
    console.log([name.padEnd(10), endpoint, ...details].join('  '))
  }
  console.log('Ctrl+C stops them; what they hold is gone then.')
  const alive = setInterval(() => undefined, 60_000)
  await ended
  clearInterval(alive)
  await stop()
  console.log('Stopped.')
}

const isEngineName = (name: string): name is EngineName => ENGINE_NAMES.some(known => known === name)

const FETCH = '--fetch'
const given = process.argv.slice(2)
const asked = given.filter(argument => argument !== FETCH)
const unknown = asked.filter(name => !isEngineName(name))
if (unknown.length > 0) {
  console.error(`Unknown engine ${unknown.join(', ')}: choose from ${ENGINE_NAMES.join(', ')}, or none for all.`)
  process.exitCode = EXIT.usage
} else {
  const names = asked.length > 0 ? asked.filter(isEngineName) : ENGINE_NAMES
  try {
    await (given.includes(FETCH) ? fetchEngines(names) : run(names))
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    console.error(error.message)
    process.exitCode = error instanceof MissingProgramError ? EXIT.missingProgram : EXIT.failed
  }
}
