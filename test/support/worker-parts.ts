/** What workers need around them, recorded. */
import { BodyLoader, DynamoChangeImages } from '#adapters/dynamodb/index.ts'
import { fault } from '#service/fault.ts'
import type { RefusedChange } from '#service/ports/refused-changes.ts'
import type { StreamWorkerParts } from '#workers/stream-batch.ts'
import { type LogEntry, recordingLogger } from './logger.ts'
import { VERSION_TIME } from './version-items.ts'

export interface RecordedWorker extends StreamWorkerParts {
  readonly objects: Map<string, Uint8Array>
  readonly reported: RefusedChange[]
  readonly numbers: (readonly [name: string, value: number])[]
  readonly entries: LogEntry[]
}

/** A second after the version times of version items. Objects that are not there don't answer. */
export function workerParts(now: number = VERSION_TIME + 1000): RecordedWorker {
  const objects = new Map<string, Uint8Array>()
  const reported: RefusedChange[] = []
  const numbers: (readonly [string, number])[] = []
  const { logger, entries } = recordingLogger()
  const overflow = {
    async get(key: string) {
      const bytes = objects.get(key)
      if (!bytes) throw fault('unavailable', 'no answer')
      return bytes
    },
  }
  return {
    images: new DynamoChangeImages(new BodyLoader(overflow)),
    refused: {
      async report(changes) {
        reported.push(...changes)
      },
    },
    clock: { now: () => now },
    metrics: { record: (name, _unit, value) => void numbers.push([name, value]) },
    logger,
    entries,
    objects,
    reported,
    numbers,
  }
}
