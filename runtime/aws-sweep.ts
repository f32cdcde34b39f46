/** What is done now and then over AWS's engines, or over their like on this machine. */
import { DynamoObjectSweeps, DynamoResourceStore, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { OpenSearchCleaner } from '#adapters/opensearch/index.ts'
import { continueObjectSweep, createDefinitions, type Logger, type Metrics } from '#service/index.ts'
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
  const sweeps = new DynamoObjectSweeps(table.table, { clock, pace: SYSTEM_PACE })
  const definitions = createDefinitions()
  return {
    run: createSweep({
      ...surroundings,
      ...{ overdue: store.overdue, cleaner: new OpenSearchCleaner(search.life), clock },
      sweepObjects: run =>
        continueObjectSweep(
          { sweeps, store, objects: objects.objects, definitions, clock, logger: surroundings.logger },
          run,
        ),
    }),
    close() {
      for (const { close } of [objects, table, search]) close()
    },
  }
}
