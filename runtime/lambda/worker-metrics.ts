import type { Metrics } from '#service/index.ts'
import { functionSettings } from '../aws-environment.ts'
import { createLogMetrics } from '../embedded-metric-format.ts'

/** @throws ConfigurationError */
export function workerMetrics(worker: string): Metrics {
  const { stage } = functionSettings(process.env)
  return createLogMetrics({ stage, worker }, Date.now, line => process.stdout.write(line))
}
