/** What is done now and then over AWS's engines, or over their like on this machine. */
import { DynamoObjectSweeps, SYSTEM_PACE } from '#adapters/dynamodb/index.ts'
import { OpenSearchCleaner } from '#adapters/opensearch/index.ts'
import { continueObjectSweep, createDefinitions, type Logger, type Metrics } from '#service/index.ts'
import { createSweep } from '#workers/sweep.ts'
import { openEngines, openStore } from './aws-engines.ts'
import type { EnginePlaces } from './aws-environment.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

export interface SweepOptions {
  readonly places: EnginePlaces
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
  const { objects, table, search, close } = openEngines(places)
  const store = openStore({ objects, table }, { logger: surroundings.logger })
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
    close,
  }
}
