/** Refused changes brought into the index over AWS's engines, or over their like on this machine. */
import { SqsRefusedQueue } from '#adapters/sqs/index.ts'
import { createDefinitions, createOwnDefinitions, type Logger, type RefusedChangesQueue } from '#service/index.ts'
import { type RedriveOutcome, type RedriveParts, redrive } from '#workers/redrive.ts'
import { openEngines, openStore } from './aws-engines.ts'
import type { EnginePlaces, QueuePlace } from './aws-environment.ts'
import { queueParts } from './queue-parts.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

export interface AwsRedriveOptions extends Pick<RedriveParts, 'report'> {
  readonly places: EnginePlaces
  readonly queue: RefusedChangesQueue
  /** Of the FHIR endpoint, as the index worker has it; undefined: absolute references are never local. */
  readonly baseUrl: string | undefined
  readonly logger: Logger
}

export const openRefusedQueue = (place: QueuePlace): RefusedChangesQueue => new SqsRefusedQueue(queueParts(place))

/** @throws Fault where an engine does not answer. */
export async function redriveOnAws({
  places,
  queue,
  baseUrl,
  logger,
  report,
}: AwsRedriveOptions): Promise<RedriveOutcome> {
  const clock = SYSTEM_CLOCK
  const engines = openEngines(places)
  const store = openStore(engines, { logger })
  try {
    return await redrive({
      ...{ queue, store, writer: engines.search.writer, clock, report },
      definitions: createOwnDefinitions(createDefinitions(), { parameters: store.ownParameters, clock }),
      ...(baseUrl !== undefined && { baseUrl }),
    })
  } finally {
    engines.close()
  }
}
