/** Lambda entry: refused changes into the index, once their cause is gone. */
import type { RedriveOutcome } from '#workers/redrive.ts'
import { indexStreamPlaces } from '../aws-environment.ts'
import { openRefusedQueue, redriveOnAws } from '../aws-redrive.ts'
import { parseEnvironment } from '../env.ts'
import { createLambdaLogger } from './lambda-logger.ts'

const { refused, ...places } = indexStreamPlaces(process.env)
const { baseUrl } = parseEnvironment(process.env)
const logger = createLambdaLogger(process.env)

/** Rejects where an engine does not answer: what is done is done, and the rest is there for the next call. */
export const handler = (): Promise<RedriveOutcome> =>
  redriveOnAws({
    places,
    queue: openRefusedQueue(refused),
    baseUrl,
    logger,
    report: ({ tenant, type, id, sequenceNumber }, cause) =>
      logger.warn('A refused change was left', { tenant, type, id, sequenceNumber, cause }),
  })
