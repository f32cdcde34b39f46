/** What every ChangeFeed does. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { ChangeFeed, CommittedChange } from '#service/ports/change-feed.ts'
import type { Change, ResourceStore } from '#service/ports/resource-store.ts'
import { changeOf, deletionOf, freshTenant, soon } from './changes.ts'
import { contractTest, type Skips } from './contract.ts'

export interface FeedUnderTest {
  readonly store: ResourceStore
  readonly feed: ChangeFeed
  /** Another process that opens the same data; what was open before is closed. */
  reopen(): Promise<FeedUnderTest>
  close(): Promise<void>
}

export function changeFeedSuite(engine: string, open: () => Promise<FeedUnderTest>, skips?: Skips): void {
  describe(`${engine} as a change feed`, () => {
    const { holds, end } = contractTest(engine, skips)
    let opened: FeedUnderTest
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())

    holds('delivers changes of all tenants in commit order until they are acknowledged', async () => {
      const [one, other] = [freshTenant(), freshTenant()]
      const consumer = 'orderly'
      await drain(opened.feed, consumer)
      const changes = [
        changeOf('Patient', '1', 1, { compartments: ['Patient/1'], securityLabels: ['s|c'] }),
        deletionOf('Patient', '1', 2),
      ]
      for (const change of changes) await opened.store.commit(one, { changes: [change], deadline: soon() })
      await opened.store.commit(other, { changes: [changeOf('Device', '1')], deadline: soon() })
      const expected = [
        ...changes.map(change => ({ ...attributesOf(change), tenant: one })),
        { ...attributesOf(changeOf('Device', '1')), tenant: other },
      ]
      const first = await opened.feed.read(consumer, 2)
      expect(first.changes).toEqual(expected.slice(0, 2))
      expect((await opened.feed.read(consumer, 9)).changes).toEqual(expected)
      await opened.feed.acknowledge(consumer, first.position)
      const second = await opened.feed.read(consumer, 9)
      expect(second.changes).toEqual(expected.slice(2))
      await opened.feed.acknowledge(consumer, second.position)
      expect(await opened.feed.read(consumer, 9)).toEqual({ changes: [], position: second.position })
    })

    holds('keeps a position for each consumer, and never takes one back', async () => {
      const tenant = freshTenant()
      const end = await drain(opened.feed, 'ahead')
      await drain(opened.feed, 'behind')
      await opened.store.commit(tenant, { changes: [changeOf('Patient', '1')], deadline: soon() })
      await drain(opened.feed, 'ahead')
      await opened.feed.acknowledge('ahead', end)
      expect((await opened.feed.read('ahead', 9)).changes).toEqual([])
      expect((await opened.feed.read('behind', 9)).changes).toHaveLength(1)
    })

    holds('gives what comes behind a position to who keeps it', async () => {
      const tenant = freshTenant()
      await opened.store.commit(tenant, { changes: [changeOf('Patient', '1')], deadline: soon() })
      const end = await opened.feed.end()
      expect(await opened.feed.after(end, 9)).toEqual({ changes: [], position: end })
      for (const id of ['2', '3'])
        await opened.store.commit(tenant, { changes: [changeOf('Patient', id)], deadline: soon() })
      const page = await opened.feed.after(end, 1)
      const rest = await opened.feed.after(page.position, 9)
      expect([...page.changes, ...rest.changes].map(({ id }) => id)).toEqual(['2', '3'])
      expect(rest.position).toBe(await opened.feed.end())
    })

    holds('tells listeners that there is something new, until they stop listening', async () => {
      const tenant = freshTenant()
      await drain(opened.feed, 'told')
      let heard = 0
      const stop = opened.feed.subscribe(() => heard++)
      const told = new Promise<void>(resolve => {
        const stopOnce = opened.feed.subscribe(() => {
          stopOnce()
          resolve()
        })
      })
      await opened.store.commit(tenant, { changes: [changeOf('Patient', '1')], deadline: soon() })
      await told
      expect(heard).toBeGreaterThan(0)
      expect((await opened.feed.read('told', 9)).changes).toHaveLength(1)
      stop()
      const before = heard
      await opened.store.commit(tenant, { changes: [changeOf('Patient', '2')], deadline: soon() })
      await opened.store.commit(tenant, { changes: [changeOf('Patient', '3')], deadline: soon() })
      expect(heard).toBe(before)
    })

    holds('remembers positions', async () => {
      const tenant = freshTenant()
      await drain(opened.feed, 'durable')
      await opened.store.commit(tenant, { changes: [changeOf('Patient', '1')], deadline: soon() })
      const { position } = await opened.feed.read('durable', 9)
      await opened.store.commit(tenant, { changes: [changeOf('Patient', '2')], deadline: soon() })
      await opened.feed.acknowledge('durable', position)
      opened = await opened.reopen()
      const { changes } = await opened.feed.read('durable', 9)
      expect(changes.map(change => `${change.type}/${change.id}`)).toEqual(['Patient/2'])
    })
    end()
  })
}

/** Acknowledges everything there is. */
async function drain(feed: ChangeFeed, consumer: string): Promise<number> {
  for (;;) {
    const { changes, position } = await feed.read(consumer, 1000)
    if (changes.length === 0) return position
    await feed.acknowledge(consumer, position)
  }
}

function attributesOf(change: Change): Omit<CommittedChange, 'tenant'> {
  const { type, id, versionId, lastUpdated, method, body, compartments, securityLabels } = change
  return { type, id, versionId, lastUpdated, method, deleted: body === undefined, compartments, securityLabels }
}
