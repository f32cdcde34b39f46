/** What the entries of tasks have in common: they are called by the clock or by an operator. */
import type { Metrics } from '#service/index.ts'
import { functionSettings } from '../aws-environment.ts'
import { createLogMetrics } from '../embedded-metric-format.ts'

export interface TaskContext {
  getRemainingTimeInMillis(): number
}

/** Kept of the time that is left, so that what is done can be told. */
const ANSWER_MS = 5000

/** Milliseconds since the epoch. */
export const timeIsUpAt = (context: TaskContext): number => Date.now() + context.getRemainingTimeInMillis() - ANSWER_MS

export function metricsOf(worker: string): Metrics {
  const { stage } = functionSettings(process.env)
  return createLogMetrics({ stage, worker }, Date.now, line => process.stdout.write(line))
}
