import type { Logger } from '#service/index.ts'
import { functionSettings } from '../aws-environment.ts'
import { type Environment, parseEnvironment } from '../env.ts'
import { createLogger } from '../json-lines-logger.ts'

/** `Root=1-67891233-abcdef012345678912345678;Parent=...;Sampled=1`, which Lambda sets anew for each event. */
const TRACE = '_X_AMZN_TRACE_ID'

/** Where requests are traced, each line names its trace. @throws ConfigurationError */
export function createLambdaLogger(environment: Environment): Logger {
  const { isTraced } = functionSettings(environment)
  const traceId = () => /Root=([^;]+)/.exec(environment[TRACE] ?? '')?.[1]
  return createLogger({
    level: parseEnvironment(environment).logLevel,
    now: Date.now,
    write: line => process.stderr.write(line),
    ...(isTraced && { always: () => ({ traceId: traceId() }) }),
  })
}
