/** Lambda entry: what is done by the clock. */
import { enginePlaces } from '../aws-environment.ts'
import { openSweep } from '../aws-sweep.ts'
import type { LambdaContext } from './lambda-context.ts'
import { createLambdaLogger } from './lambda-logger.ts'
import { timeIsUpAt } from './task.ts'
import { workerMetrics } from './worker-metrics.ts'

const sweep = openSweep({
  places: enginePlaces(process.env),
  logger: createLambdaLogger(process.env),
  metrics: workerMetrics('sweep'),
})

/** What fails is in the log and the metrics: the next one tries again. */
export const handler = (_event: unknown, context: LambdaContext): Promise<void> => sweep.run(timeIsUpAt(context))
