/** The service that Lambda entries answer with, opened once a process. */
import type { FhirService, Logger } from '#service/index.ts'
import { isOnAws, servicePlaces } from '../aws-environment.ts'
import { type Config, ConfigurationError, parseEnvironment } from '../env.ts'
import { AWS_ENV, ENV } from '../env-names.ts'
import { createStderrLogger } from '../stderr-logger.ts'

export interface LambdaService {
  readonly service: FhirService
  readonly config: Config
  readonly logger: Logger
}

/**
 * Over the engines that the environment names. Without them it is the embedded engine, for tests and measurements: its
 * folder lives no longer than the function. Either one's code is loaded only where it is used.
 */
export async function openLambdaService(): Promise<LambdaService> {
  const config = parseEnvironment(process.env)
  const logger = createStderrLogger(config.logLevel)
  if (isOnAws(process.env)) {
    const places = servicePlaces(process.env)
    const { openAwsService } = await import('../aws.ts')
    const { service, prepare } = openAwsService({ places, logger, baseUrl: config.baseUrl })
    // Not waited for: what needs no search is answered meanwhile, and also where the index does not answer.
    prepare().catch(() => logger.warn('The search index could not be prepared'))
    return { service, config, logger }
  }
  if (!process.env[ENV.dataFolder])
    throw new ConfigurationError([
      `${AWS_ENV.table} must name a DynamoDB table, or ${ENV.dataFolder} a folder that can be written.`,
    ])
  const { openPrimaryService } = await import('../embedded.ts')
  const { service } = await openPrimaryService({ folder: config.dataFolder })
  return { service, config, logger }
}
