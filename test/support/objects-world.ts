import { type BinaryRules, createFhirService, sweepUnnamedObjects } from '#service/index.ts'
import type { ObjectStore } from '#service/ports/object-store.ts'
import { memoryPorts } from './memory-ports.ts'
import { type RestWorld, restWorldOver } from './rest-world.ts'
import { silentLogger } from './test-call.ts'
import { testDefinitions } from './test-world.ts'

/** The REST door over resources in memory and an object store of the test's. */
export interface ObjectsWorld extends RestWorld {
  /** How many objects there are below an id. */
  objectsOf(id: string): Promise<number>
  /** As it is done some days later. */
  sweep(): Promise<number>
}

const DAYS_MS = 3 * 24 * 60 * 60 * 1000

export function objectsWorld(objects: ObjectStore, binaries: Partial<BinaryRules>): ObjectsWorld {
  const ports = { ...memoryPorts(), objects }
  const service = createFhirService({ ports, definitions: testDefinitions, binaries, hardDelete: 'offered' })
  const count = async (prefix: string): Promise<number> => {
    let found = 0
    let after: string | undefined
    do {
      const page = await objects.list('binary', after, Number.MAX_SAFE_INTEGER)
      found += page.objects.filter(({ key }) => key.startsWith(prefix)).length
      after = page.next
    } while (after !== undefined)
    return found
  }
  const clock = { now: () => Date.now() + DAYS_MS }
  const parts = { store: ports.store, objects, definitions: testDefinitions, clock, logger: silentLogger }
  const world = restWorldOver({
    service,
    clock: ports.clock,
    files: () => count('binary/'),
    close: async () => undefined,
  })
  return {
    ...world,
    objectsOf: id => count(`binary/${id}/`),
    sweep: () => sweepUnnamedObjects(parts, { deadline: Number.MAX_SAFE_INTEGER }),
  }
}
