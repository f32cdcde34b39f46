import type { Clock } from '#service/ports/clock.ts'
import type { ResourceStore } from '#service/ports/resource-store.ts'
import { dynamoWorld, type StoreOptions } from '#test/support/dynamo-world.ts'
import { FIRST_WRITE } from './changes.ts'
import { resourceStoreSuite, type StoreUnderTest } from './resource-store.suite.ts'

/**
 * Histories of types show what is older than the watermark, behind which nobody writes any more. So the suite's writes
 * happen at the time that they carry, and all that is read is read long after.
 */
const AGO_MS = Date.now() - FIRST_WRITE
const WRITERS_CLOCK: Clock = { now: () => Date.now() - AGO_MS }

async function open(options: StoreOptions): Promise<StoreUnderTest> {
  const world = await dynamoWorld()
  const writer = world.store({ ...options, clock: WRITERS_CLOCK })
  const reader = world.store(options)
  const store: ResourceStore = {
    indexing: writer.indexing,
    commit: (tenant, request) => writer.commit(tenant, { ...request, deadline: request.deadline - AGO_MS }),
    readNewest: (tenant, references, deadline) => reader.readNewest(tenant, references, deadline),
    readVersion: (tenant, key, versionId, deadline) => reader.readVersion(tenant, key, versionId, deadline),
    readClaim: (tenant, claim, deadline) => reader.readClaim(tenant, claim, deadline),
    history: (tenant, request) => reader.history(tenant, request),
  }
  return { store, close: async () => world.close() }
}

resourceStoreSuite('DynamoDB', () => open({}))

// Everything that is more than one item is staged.
resourceStoreSuite('DynamoDB with staged commits', () => open({ settings: { transactActionsMax: 1 } }))
