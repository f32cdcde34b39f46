import { expect, test } from 'vitest'
import { recordKey } from '#adapters/dynamodb/keys.ts'
import { tenantOf } from '#service/call.ts'
import { fault } from '#service/fault.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import type { TransactionFinisher } from '#service/ports/transaction-finisher.ts'
import { sequenceNumber, streamEvent } from '#test/support/stream-events.ts'
import { TENANT, VERSION_TIME, versionItem } from '#test/support/version-items.ts'
import { workerParts } from '#test/support/worker-parts.ts'
import { createDispatch } from './dispatch.ts'

const DEADLINE = VERSION_TIME + 60_000

const transaction = (id: string, state: string, others: object = {}) => ({
  image: { ...recordKey(TENANT, id), state, openedAt: 1, expiresAt: 2, oldest: 1, chunks: 1, ...others },
})

type Finish = TransactionFinisher['finish']

function finisher(finish: (transaction: string) => ReturnType<Finish> = async () => 'finalized') {
  const finished: string[] = []
  const port: TransactionFinisher = {
    finish(tenant, id) {
      finished.push(`${tenant} ${id}`)
      return finish(id)
    },
  }
  return { finisher: port, finished }
}

const from = (number: number) => ({ batchItemFailures: [{ itemIdentifier: sequenceNumber(number) }] })

test('decided transactions are finished; what is pending, finished or removed is left alone', async () => {
  const parts = workerParts()
  const { finisher: port, finished } = finisher()
  const answer = await createDispatch({ ...parts, finisher: port })(
    streamEvent(
      transaction('pending', 'pending'),
      transaction('committed', 'committed'),
      transaction('closed', 'committed', { finalizedAt: 5 }),
      transaction('aborted', 'aborted'),
      { image: versionItem({ content: { resourceType: 'Patient', id: 'a' } }) },
      { image: undefined },
    ),
    DEADLINE,
  )
  expect(answer).toEqual({ batchItemFailures: [] })
  expect(finished).toEqual(['default committed', 'default aborted'])
})

test('a transaction that fails for now comes again; one that always fails is refused, and the rest goes on', async () => {
  const parts = workerParts()
  const failures: Readonly<Record<string, Error>> = {
    broken: new TypeError('broken'),
    busy: fault('throttled', 'busy'),
  }
  const { finisher: port, finished } = finisher(async id => {
    const failure = failures[id]
    if (failure) throw failure
    return 'finalized'
  })
  const answer = await createDispatch({ ...parts, finisher: port })(
    streamEvent(...['broken', 'busy', 'well'].map(id => transaction(id, 'committed'))),
    DEADLINE,
  )
  expect(answer).toEqual(from(2))
  expect(finished).toEqual(['default broken', 'default busy', 'default well'])
  expect(parts.reported).toEqual([
    { worker: 'dispatch', sequenceNumber: sequenceNumber(1), tenant: 'default', cause: 'TypeError' },
  ])
})

test('committed versions are published in their order, those of open transactions are not', async () => {
  const parts = workerParts()
  const published: CommittedChange[] = []
  const publisher = {
    async publish(changes: readonly CommittedChange[]) {
      published.push(...changes)
    },
  }
  const content = { resourceType: 'Patient', id: 'a' }
  await createDispatch({ ...parts, finisher: finisher().finisher, publisher })(
    streamEvent(
      { image: versionItem({ content }) },
      { image: versionItem({ content, versionId: 2, deleted: true }) },
      { image: versionItem({ content, versionId: 3, transaction: 't' }) },
    ),
    DEADLINE,
  )
  const common = { tenant: 'default', type: 'Patient', id: 'a', compartments: [], securityLabels: [] }
  expect(published).toEqual([
    { ...common, versionId: 1, lastUpdated: VERSION_TIME + 1, method: 'PUT', deleted: false },
    { ...common, versionId: 2, lastUpdated: VERSION_TIME + 2, method: 'DELETE', deleted: true },
  ])
})

test('what can not be published for now comes again', async () => {
  const publisher = { publish: () => Promise.reject(fault('unavailable', 'no queue')) }
  const event = streamEvent(transaction('t', 'committed'), {
    image: versionItem({ content: { resourceType: 'Patient', id: 'a' } }),
  })
  const { finisher: port, finished } = finisher()
  expect(await createDispatch({ ...workerParts(), finisher: port, publisher })(event, DEADLINE)).toEqual(from(2))
  expect(finished).toEqual(['default t'])
})

test('where nobody listens nothing is published', async () => {
  const published: string[] = []
  const publisher = {
    async publish(changes: readonly CommittedChange[]) {
      published.push(...changes.map(({ tenant, id }) => `${tenant} ${id}`))
    },
  }
  const asked: string[] = []
  const listeners = {
    listen: async () => undefined,
    async isHeard(tenant: string) {
      asked.push(tenant)
      return tenant === 'heard'
    },
  }
  const image = (tenant: string, id: string) => ({
    image: versionItem({ tenant: tenantOf(tenant), content: { resourceType: 'Patient', id } }),
  })
  const dispatch = createDispatch({ ...workerParts(), finisher: finisher().finisher, publisher, listeners })
  await dispatch(streamEvent(image('deaf', 'a'), image('deaf', 'b')), DEADLINE)
  await dispatch(streamEvent(image('deaf', 'a'), image('heard', 'b'), image('heard', 'c')), DEADLINE)
  expect({ published, asked }).toEqual({ published: ['heard b', 'heard c'], asked: ['deaf', 'deaf', 'heard'] })
})
