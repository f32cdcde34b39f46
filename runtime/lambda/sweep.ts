/** Lambda entry: what is done by the clock. */
import { enginePlaces } from '../aws-environment.ts'
import { openSweep } from '../aws-sweep.ts'
import { createLambdaLogger } from './lambda-logger.ts'
import { metricsOf, type TaskContext, timeIsUpAt } from './task.ts'

const sweep = openSweep({
  places: enginePlaces(process.env),
  logger: createLambdaLogger(process.env),
  metrics: metricsOf('sweep'),
})

/** What fails is in the log and the metrics: the next one tries again. */
export const handler = (_event: unknown, context: TaskContext): Promise<void> => sweep.run(timeIsUpAt(context))
