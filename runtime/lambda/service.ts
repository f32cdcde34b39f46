/** The service that Lambda entries answer with, opened once a process. */
import type { FhirService, Logger } from '#service/index.ts'
import { openPrimaryService } from '../embedded.ts'
import { type Config, ConfigurationError, parseEnvironment } from '../env.ts'
import { ENV } from '../env-names.ts'
import { createStderrLogger } from '../stderr-logger.ts'

export interface LambdaService {
  readonly service: FhirService
  readonly config: Config
  readonly logger: Logger
}

/** The embedded engine, which a Lambda function has for tests and measurements: its folder lives no longer than it. */
export async function openLambdaService(): Promise<LambdaService> {
  if (!process.env[ENV.dataFolder])
    throw new ConfigurationError([`${ENV.dataFolder} must name a folder that can be written.`])
  const config = parseEnvironment(process.env)
  const { service } = await openPrimaryService({ folder: config.dataFolder })
  return { service, config, logger: createStderrLogger(config.logLevel) }
}
