/** The service that Lambda entries answer with, opened once a process. */
import { type FhirService, type Logger, rolePolicy } from '#service/index.ts'
import { accessOptions } from '../access-options.ts'
import { openAwsService } from '../aws.ts'
import { servicePlaces } from '../aws-environment.ts'
import { type Config, parseEnvironment } from '../env.ts'
import { createLambdaLogger } from './lambda-logger.ts'

export interface LambdaService {
  readonly service: FhirService
  readonly config: Config
  readonly logger: Logger
}

/** Over the engines that the environment names. Whoever is not logged in has no role, and so may do next to nothing. */
export function openLambdaService(): LambdaService {
  const config = parseEnvironment(process.env)
  const logger = createLambdaLogger(process.env)
  const { service, prepare } = openAwsService({
    places: servicePlaces(process.env),
    logger,
    baseUrl: config.baseUrl,
    ...accessOptions(config.access),
    policy: rolePolicy(config.access.roles),
  })
  // Not waited for: what needs no search is answered meanwhile, and also where the index does not answer.
  prepare().catch(() => logger.warn('The search index could not be prepared'))
  return { service, config, logger }
}
