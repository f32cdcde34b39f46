/** `npm run redrive`: brings refused changes into the search index. docs/implementation/aws.md. */
import { Fault } from '#service/index.ts'
import { indexStreamPlaces } from './aws-environment.ts'
import { openRefusedQueue, redriveOnAws } from './aws-redrive.ts'
import { ConfigurationError, parseEnvironment } from './env.ts'
import { createStderrLogger } from './stderr-logger.ts'

const EXIT = { failed: 1, usage: 2, left: 3 } as const

async function main(): Promise<number> {
  if (process.argv.length > 2) {
    console.error('npm run redrive takes no arguments: the environment says where the engines and the queue are.')
    return EXIT.usage
  }
  try {
    const { refused, ...places } = indexStreamPlaces(process.env)
    const { baseUrl, logLevel } = parseEnvironment(process.env)
    const { indexed, left, dropped, lostBatches } = await redriveOnAws({
      places,
      queue: openRefusedQueue(refused),
      baseUrl,
      logger: createStderrLogger(logLevel),
      report: ({ tenant = '?', type = '?', id = '?', sequenceNumber }, cause) =>
        console.error(`Left: ${tenant} ${type}/${id}, record ${sequenceNumber} of the stream: ${cause}`),
    })
    console.log(`${indexed} indexed, ${left} left in the queue, ${dropped} of other workers removed.`)
    if (lostBatches > 0)
      console.error(`${lostBatches} batches of the stream were given up as a whole: npm run reindex brings them in.`)
    return left + lostBatches > 0 ? EXIT.left : 0
  } catch (error) {
    if (!(error instanceof ConfigurationError || Fault.is(error))) throw error
    console.error(error.message)
    return EXIT.failed
  }
}

process.exitCode = await main()
