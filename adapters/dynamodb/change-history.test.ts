import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { changeOf } from '#test/contract/changes.ts'
import { memoryDynamo } from '#test/support/memory-dynamo.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'

const FOR_EVER = Number.MAX_SAFE_INTEGER
const TENANT = tenantOf('t')
const SPAN_MS = 20

const resource = fc.record({
  type: fc.constantFrom('Patient', 'Observation', 'Device'),
  id: fc.constantFrom('1', '2', '10', 'a', 'a-b', 'a.b'),
  // Milliseconds from one version to the next.
  steps: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
})

const request = fc.record(
  {
    type: fc.constantFrom('Patient', 'Observation'),
    since: fc.integer({ min: -1, max: SPAN_MS + 1 }),
    until: fc.integer({ min: -1, max: SPAN_MS + 1 }),
  },
  { requiredKeys: [] },
)

test('pages over shards and types are one list, without a gap and without a repetition', async () => {
  const uniqueResources = fc.uniqueArray(resource, { maxLength: 12, selector: ({ type, id }) => `${type}/${id}` })
  const property = fc.asyncProperty(
    uniqueResources,
    request,
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 4 }),
    async (resources, { type, since, until }, count, shards) => {
      const { store, clock } = memoryDynamo({ settings: { shardsOf: () => shards, indexLagMs: 0 } })
      const changes = resources.flatMap(({ type: each, id, steps }) => {
        let lastUpdated = TEST_TIME
        return steps.map((step, index) => {
          lastUpdated += step
          return changeOf(each, id, index + 1, { lastUpdated })
        })
      })
      for (const change of changes) await store.commit(TENANT, { changes: [change], deadline: FOR_EVER })
      clock.advance(100_000)
      const asked = {
        ...(type !== undefined && { type }),
        ...(since !== undefined && { since: TEST_TIME + since }),
        ...(until !== undefined && { until: TEST_TIME + until }),
      }
      const found: { readonly lastUpdated: number; readonly name: string }[] = []
      let after: string | undefined
      do {
        const from = after === undefined ? {} : { after }
        const page = await store.history(TENANT, { ...asked, ...from, count, deadline: FOR_EVER })
        for (const version of page.versions) found.push({ lastUpdated: version.lastUpdated, name: nameOf(version) })
        after = page.next
      } while (after !== undefined)
      const expected = changes.filter(
        change =>
          (type === undefined || change.type === type) &&
          (since === undefined || change.lastUpdated >= TEST_TIME + since) &&
          (until === undefined || change.lastUpdated <= TEST_TIME + until),
      )
      expect(found.map(({ name }) => name).toSorted()).toEqual(expected.map(nameOf).toSorted())
      const times = found.map(({ lastUpdated }) => lastUpdated)
      expect(times).toEqual(times.toSorted((left, right) => right - left))
    },
  )
  await fc.assert(property, { numRuns: 150 })
})

const nameOf = ({ type, id, versionId }: { type: string; id: string; versionId: number }): string =>
  `${type}/${id}/${versionId}`
