/** Starts the gateway as the environment says, tells where it is, and ends it on SIGTERM or SIGINT. */
import { ConfigurationError, parseEnvironment } from '../env.ts'
import { createStderrLogger } from '../stderr-logger.ts'
import { StartError } from './backend.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { openFilesLimit, openFilesProblem } from './open-files.ts'

async function main(): Promise<void> {
  const config = parseEnvironment(process.env)
  const logger = createStderrLogger(config.logLevel)
  const tooFewFiles = openFilesProblem(openFilesLimit())
  if (tooFewFiles !== undefined) throw new StartError(tooFewFiles)
  const wantsEngines = readOptions(process.argv.slice(2))
  // Loaded where it is asked for: it needs packages that only developers install.
  const backend = wantsEngines ? await (await import('./engines.ts')).openEngines({ config, logger }) : undefined
  const gateway = await startGateway({ config, logger, ...(backend && { backend }) })
  endOnSignal(gateway)
  console.log(welcome(gateway))
}

/** Whether real engines are wanted. */
function readOptions(options: readonly string[]): boolean {
  const unknown = options.find(option => option !== ENGINES_OPTION)
  if (unknown !== undefined) throw new StartError(`${unknown} is no option. There is ${ENGINES_OPTION}.`)
  return options.length > 0
}

const ENGINES_OPTION = '--engines'

function welcome({ baseUrl, graphqlUrl }: Gateway): string {
  const patient = '{"resourceType":"Patient","name":[{"family":"Shaw"}]}'
  const list = '{"query":"{ PatientList { id name { family } } }"}'
  return `FHIR REST  ${baseUrl}
GraphQL    ${graphqlUrl}

Try:
  curl ${baseUrl}/Patient -H 'Content-Type: application/fhir+json' -d '${patient}'
  curl ${graphqlUrl} -H 'Content-Type: application/json' -d '${list}'`
}

function endOnSignal(gateway: Gateway): void {
  let ending = false
  const end = (): void => {
    // Who asks twice doesn't want to wait.
    if (ending) process.exit(1)
    ending = true
    gateway.close().then(() => process.exit(0), fail)
  }
  process.on('SIGTERM', end).on('SIGINT', end)
}

/** What an operator can put right is a sentence; anything else is a bug, and its place helps. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof StartError) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (code === 'EADDRINUSE') return `Port ${port} of ${address} is in use. Choose another one: PORT=8081 npm start`
  if (code === 'EACCES') return `Port ${port} may not be used. Choose another one: PORT=8081 npm start`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${error.message}: HOST is no address of this machine.`
  return error.stack ?? error.message
}

function fail(error: unknown): void {
  console.error(explain(error))
  process.exit(1)
}

main().catch(fail)
