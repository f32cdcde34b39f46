/** What is done now and then over AWS's engines, or over their like on this machine. */
import { DynamoResourceStore, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { OpenSearchCleaner } from '#adapters/opensearch/index.ts'
import { createDefinitions, type Logger, type Metrics, sweepUnnamedObjects } from '#service/index.ts'
import { createSweep } from '#workers/sweep.ts'
import { openObjects, openSearch, openTable } from './aws.ts'
import type { ReindexPlaces } from './aws-environment.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { createIds } from './time-ordered-ids.ts'

export interface SweepOptions {
  readonly places: ReindexPlaces
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface OpenSweep {
  /** deadline: milliseconds since the epoch. */
  run(deadline: number): Promise<void>
  close(): void
}

export function openSweep({ places, ...surroundings }: SweepOptions): OpenSweep {
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
    logger: surroundings.logger,
  })
  return {
    run: createSweep({
      ...surroundings,
      ...{ overdue: store.overdue, cleaner: new OpenSearchCleaner(search.life), clock },
      sweepObjects: (keptSince, deadline) =>
        sweepUnnamedObjects(
          { store, objects: objects.objects, definitions: createDefinitions(), clock, logger: surroundings.logger },
          { deadline, keptSince },
        ),
    }),
    close() {
      for (const { close } of [objects, table, search]) close()
    },
  }
}
