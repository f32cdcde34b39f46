import { expect, test } from 'vitest'
import { fault } from '#service/fault.ts'
import type { RefusedChange } from '#service/ports/refused-changes.ts'
import type { IndexableVersion, SearchWriter } from '#service/ports/search-writer.ts'
import { changeOf, freshTenant, soon } from '#test/contract/changes.ts'
import { memoryPorts } from '#test/support/memory-ports.ts'
import { currentTestDefinitions, faultOf } from '#test/support/test-world.ts'
import { type RedriveParts, redrive } from './redrive.ts'

const tenant = freshTenant()

const refused = (id: string, sequenceNumber: string, changes: Partial<RefusedChange> = {}): RefusedChange => ({
  ...{ worker: 'index-stream', sequenceNumber, tenant, type: 'Patient', id, versionId: 1, cause: 'mapper_exception' },
  ...changes,
})

/** Patients a and b are stored, and the index refuses ids that begin with an x. */
async function world(waiting: readonly (RefusedChange | undefined)[]) {
  const { store } = memoryPorts()
  const changes = ['a', 'b', 'x'].map(id => changeOf('Patient', id))
  await store.commit(tenant, { changes, deadline: soon() })
  const written: IndexableVersion[] = []
  const reported: string[] = []
  const queued = new Map(waiting.map((change, index) => [`receipt-${index}`, change]))
  const taken = new Set<string>()
  const writer: SearchWriter = {
    async write(_, versions) {
      const [version] = versions
      if (version?.id.startsWith('x')) return [{ position: 0, kind: 'rejected', cause: 'still the same' }]
      written.push(...versions)
      return []
    },
    refresh: async () => undefined,
  }
  const parts: RedriveParts = {
    queue: {
      async take() {
        const some = [...queued].filter(([receipt]) => !taken.has(receipt)).slice(0, 2)
        for (const [receipt] of some) taken.add(receipt)
        return some.map(([receipt, change]) => ({ receipt, change }))
      },
      async remove(some) {
        for (const { receipt } of some) queued.delete(receipt)
      },
    },
    store,
    writer,
    definitions: currentTestDefinitions,
    clock: { now: () => 0 },
    report: ({ id }, cause) => void reported.push(`${id} ${cause}`),
  }
  return { parts, written, reported, left: () => [...queued.values()] }
}

test('indexes what is refused as it is stored now, and leaves what is refused again', async () => {
  const again = refused('x', '3')
  const unknown: RefusedChange = { worker: 'index-stream', sequenceNumber: '4', cause: 'Error' }
  const { parts, written, reported, left } = await world([
    refused('a', '1', { versionId: 0 }),
    refused('gone', '2'),
    again,
    unknown,
    refused('b', '5', { worker: 'dispatch' }),
    undefined,
    refused('b', '6'),
  ])
  expect(await redrive(parts)).toEqual({ indexed: 3, left: 2, dropped: 1, lostBatches: 1 })
  expect(written.map(({ id, versionId }) => `${id} ${versionId}`)).toEqual(['a 1', 'b 1'])
  expect(reported).toEqual(['undefined Error', 'x still the same'])
  expect(left()).toEqual([again, unknown])
})

test('an engine that does not answer is said, and what waits stays', async () => {
  const { parts, left } = await world([refused('a', '1')])
  const away = async () => {
    throw fault('unavailable', 'away')
  }
  expect(await faultOf(redrive({ ...parts, writer: { ...parts.writer, write: away } }))).toMatchObject({
    category: 'unavailable',
  })
  expect(left()).toHaveLength(1)
})
