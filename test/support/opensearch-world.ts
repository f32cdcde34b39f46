import { inject } from 'vitest'
import {
  DEFAULT_SETTINGS,
  ensureIndex,
  HttpEngine,
  type IndexPlace,
  OpenSearchIndex,
  OpenSearchWriter,
} from '#adapters/opensearch/index.ts'
import type { IndexLifeParts } from '#adapters/opensearch/index-life.ts'
import type { JoinLimits } from '#adapters/opensearch/joins/join-budget.ts'
import type { IndexSettings } from '#adapters/opensearch/mapping.ts'
import type { Clock } from '#service/ports/clock.ts'

export interface OpenSearchOptions {
  readonly routing?: IndexPlace['routing']
  readonly settings?: Partial<IndexSettings>
}

export interface OpenSearchWorld {
  readonly engine: HttpEngine
  readonly place: IndexPlace
  readonly life: IndexLifeParts
  readonly writer: OpenSearchWriter
  index(joinLimits?: JoinLimits): OpenSearchIndex
  /** Removes the index, and closes connections. */
  close(): Promise<void>
}

const SYSTEM_CLOCK: Clock = { now: () => Date.now() }

let worlds = 0

/** An index of its own in the engine that the tests share. It does not refresh unless it is told to. */
export async function openSearchWorld({
  routing = 'tenant',
  settings,
}: OpenSearchOptions = {}): Promise<OpenSearchWorld> {
  const endpoint = inject('engines').opensearch?.endpoint
  if (endpoint === undefined) throw new Error('These tests need ENGINES to name opensearch')
  const engine = new HttpEngine({ endpoint, clock: SYSTEM_CLOCK })
  const place: IndexPlace = { prefix: `test-${process.pid}-${++worlds}`, routing }
  const life: IndexLifeParts = {
    engine,
    place,
    settings: { ...DEFAULT_SETTINGS, replicas: 0, refreshIntervalMs: 3_600_000, ...settings },
  }
  await ensureIndex(life, Date.now() + 60_000)
  return {
    engine,
    place,
    life,
    writer: new OpenSearchWriter({ engine, place }),
    index: joinLimits => new OpenSearchIndex({ engine, place, clock: SYSTEM_CLOCK, ...(joinLimits && { joinLimits }) }),
    async close() {
      await engine.send({ method: 'DELETE', path: `/${place.prefix}-*`, deadline: Date.now() + 60_000 })
      engine.close()
    },
  }
}
