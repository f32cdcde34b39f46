/** Refused changes brought into the index over AWS's engines, or over their like on this machine. */
import { DynamoResourceStore, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { createSqsClient, SqsRefusedQueue } from '#adapters/sqs/index.ts'
import { createDefinitions, createOwnDefinitions, type Logger, type RefusedChangesQueue } from '#service/index.ts'
import { type RedriveOutcome, type RedriveParts, redrive } from '#workers/redrive.ts'
import { openObjects, openSearch, openTable } from './aws.ts'
import type { QueuePlace, ReindexPlaces } from './aws-environment.ts'
import { clientConfiguration } from './client-configuration.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { createIds } from './time-ordered-ids.ts'

export interface AwsRedriveOptions extends Pick<RedriveParts, 'report'> {
  readonly places: ReindexPlaces
  readonly queue: RefusedChangesQueue
  /** Of the FHIR endpoint, as the index worker has it; undefined: absolute references are never local. */
  readonly baseUrl: string | undefined
  readonly logger: Logger
}

export const openRefusedQueue = (place: QueuePlace): RefusedChangesQueue =>
  new SqsRefusedQueue({
    client: createSqsClient(clientConfiguration(place)),
    queueUrl: place.queueUrl,
    clock: SYSTEM_CLOCK,
  })

/** @throws Fault where an engine does not answer. */
export async function redriveOnAws({
  places,
  queue,
  baseUrl,
  logger,
  report,
}: AwsRedriveOptions): Promise<RedriveOutcome> {
  const clock = SYSTEM_CLOCK
  const objects = openObjects(places.objects)
  const table = openTable(places.table)
  const search = openSearch(places.search, table.credentials)
  const store = new DynamoResourceStore({
    table: table.table,
    overflow: objects.store,
    clock,
    ids: createIds(clock),
    pace: SYSTEM_PACE,
    logger,
  })
  try {
    return await redrive({
      ...{ queue, store, writer: search.writer, clock, report },
      definitions: createOwnDefinitions(createDefinitions(), { parameters: store.ownParameters, clock }),
      ...(baseUrl !== undefined && { baseUrl }),
    })
  } finally {
    for (const { close } of [objects, table, search]) close()
  }
}
