/** Writers that want the same at the same time, each with a service of its own over one table. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIds } from '#runtime/time-ordered-ids.ts'
import type { Call } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import { createFhirService, type FhirService } from '#service/index.ts'
import type { JsonObject } from '#service/resource/content.ts'
import { MACHINE_CLOCK } from '#test/support/dynamo-store.ts'
import { type DynamoWorld, dynamoWorld } from '#test/support/dynamo-world.ts'
import { memoryPorts } from '#test/support/memory-ports.ts'
import { testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import { freshTenant } from './changes.ts'

/** Each is a race of its own; nightly runs have four times as many. */
const ROUNDS = process.env.DIFFERENTIAL === 'large' ? 1000 : 250
const PATIENT: JsonObject = { resourceType: 'Patient', name: [{ family: 'Shaw' }] }

let world: DynamoWorld

beforeAll(async () => {
  world = await dynamoWorld()
})

afterAll(() => world.close())

/** A service whose index never knows anything yet: what must not happen twice is up to the store. */
function serviceOver(): FhirService {
  const clock = MACHINE_CLOCK
  const ports = { ...memoryPorts(), store: world.store(), clock, ids: createIds(clock) }
  return createFhirService({ definitions: testDefinitions, ports })
}

const callOf = (tenant: Call['tenant']): Call => testCall({ tenant, deadline: Date.now() + 100_000 })

const outcomeOf = (write: Promise<{ readonly kind: string }>): Promise<string> =>
  write.then(
    ({ kind }) => kind,
    (error: unknown) => (Fault.is(error) ? error.category : Promise.reject(error)),
  )

test(`two writers race ${ROUNDS} times: each version has one winner`, { timeout: 600_000 }, async () => {
  const tenant = freshTenant()
  const call = callOf(tenant)
  const services = [serviceOver(), serviceOver()]
  const content = { ...PATIENT, id: 'raced' }
  const request = { type: 'Patient', id: 'raced', content }
  await services[0]?.update(call, request)
  const outcomes = new Map<string, number>()
  for (let version = 1; version <= ROUNDS; version++) {
    const results = await Promise.all(
      services.map(service => outcomeOf(service.update(callOf(tenant), { ...request, ifMatch: String(version) }))),
    )
    const name = results.toSorted().join(' and ')
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
  }
  expect(Object.fromEntries(outcomes)).toEqual({ 'precondition-failed and updated': ROUNDS })
  const raced = [{ type: 'Patient', id: 'raced' }]
  const [newest] = await world.store().readNewest(tenant, raced, callOf(tenant).deadline)
  expect(newest?.versionId).toBe(ROUNDS + 1)
})

test('writers without If-Match all get through, one version each, or hear of the conflict', async () => {
  const call = callOf(freshTenant())
  const request = { type: 'Patient', id: 'shared', content: { ...PATIENT, id: 'shared' } }
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(serviceOver().update(call, request))))
  const written = outcomes.filter(outcome => outcome !== 'conflict')
  expect(written.filter(outcome => outcome === 'created')).toHaveLength(1)
  expect(new Set(written)).toEqual(new Set(['created', 'updated']))
  const [newest] = await world.store().readNewest(call.tenant, [{ type: 'Patient', id: 'shared' }], call.deadline)
  expect(newest?.versionId).toBe(written.length)
})

test('50 concurrent conditional creates make one resource', async () => {
  const call = callOf(freshTenant())
  const ifNoneExist = 'family=Shaw'
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, () =>
      outcomeOf(serviceOver().create(call, { type: 'Patient', content: PATIENT, ifNoneExist })),
    ),
  )
  expect(outcomes.toSorted()).toEqual(['created', ...Array.from({ length: 49 }, () => 'unchanged')])
})
