/** What DynamoDB answers under load and beside other transactions, and what becomes of it. */
import { afterEach, describe, expect, test } from 'vitest'
import { type FakeAnswer, type FakeServer, startFakeServer } from '#test/support/fake-server.ts'
import { faultOf, oneFault } from '#test/support/test-world.ts'
import { createDynamoClient, DynamoTable } from './index.ts'
import { RetryingTable } from './retrying-table.ts'
import type { Put } from './table.ts'

const NOW = 1_000_000
const DEADLINE = NOW + 5000

let server: FakeServer

afterEach(() => server.close())

interface Refusal {
  readonly type: string
  readonly status?: number
  /** Of a transaction's items, in order. */
  readonly reasons?: readonly string[]
}

const answerOf = ({ type, status = 400, reasons }: Refusal): FakeAnswer => ({
  status,
  headers: { 'Content-Type': 'application/x-amz-json-1.0' },
  body: {
    __type: `com.amazonaws.dynamodb.v20120810#${type}`,
    message: 'no',
    ...(reasons && { CancellationReasons: reasons.map(Code => ({ Code })) }),
  },
})

const DONE: FakeAnswer = { status: 200, headers: { 'Content-Type': 'application/x-amz-json-1.0' }, body: {} }

/** Refuses so many times, then does what it is asked. Waiting moves the clock. */
async function tableRefusing(refusal: Refusal, times: number) {
  let left = times
  server = await startFakeServer(() => (left-- > 0 ? answerOf(refusal) : DONE))
  let now = NOW
  const clock = { now: () => now }
  const waits: number[] = []
  const client = createDynamoClient({
    region: 'us-east-1',
    endpoint: server.baseUrl,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const wait = async (ms: number) => {
    waits.push(ms)
    now += ms
  }
  const table = new DynamoTable({ client, tableName: 'table', clock })
  return { table: new RetryingTable(table, { clock, pace: { wait, random: () => 1 } }), waits }
}

const put = (sort: string): Put => ({ kind: 'put', item: { partition: 'p', sort }, condition: ['absent'] })

const BUSY = oneFault('throttled', 'throttled', 'The storage is busy: try again later.')
const CONTENDED = oneFault('conflict', 'conflict', 'Others write to the same resources at the same time: try again.')
const SILENT = oneFault(
  'unavailable',
  'transient',
  'The storage did not confirm in time what was written: read it before you try again.',
)

const OF_ITEMS: readonly (readonly [Refusal, object])[] = [
  [{ type: 'ThrottlingException' }, BUSY],
  [{ type: 'ProvisionedThroughputExceededException' }, BUSY],
  [{ type: 'RequestLimitExceeded' }, BUSY],
  [{ type: 'TransactionConflictException' }, CONTENDED],
  [{ type: 'InternalServerError', status: 500 }, SILENT],
  [{ type: 'ServiceUnavailable', status: 503 }, SILENT],
]

const canceled = (...reasons: readonly string[]): Refusal => ({ type: 'TransactionCanceledException', reasons })

const OF_TRANSACTIONS: readonly (readonly [Refusal, object])[] = [
  ...OF_ITEMS,
  [{ type: 'TransactionInProgressException' }, CONTENDED],
  [canceled('None', 'TransactionConflict'), CONTENDED],
  [canceled('ThrottlingError', 'None'), BUSY],
  [canceled('ProvisionedThroughputExceeded', 'None'), BUSY],
  [canceled('ThrottlingError', 'TransactionConflict'), CONTENDED],
]

const nameOf = ({ type, reasons = [] }: Refusal): string => [type, ...reasons].join(' ')

describe.each(OF_ITEMS.map(([refusal, fault]) => [nameOf(refusal), refusal, fault] as const))(
  '%s',
  (_, refusal, fault) => {
    test('a write is tried again, later and later', async () => {
      const { table, waits } = await tableRefusing(refusal, 4)
      expect(await table.write(put('1'), DEADLINE)).toEqual({ done: true })
      expect([server.requests.length, waits]).toEqual([5, [10, 20, 40, 80]])
    })

    test('as long as there is time, and then it is said', async () => {
      const { table, waits } = await tableRefusing(refusal, Number.POSITIVE_INFINITY)
      expect(await faultOf(table.write(put('1'), DEADLINE))).toEqual(fault)
      expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000])
    })
  },
)

describe.each(OF_TRANSACTIONS.map(([refusal, fault]) => [nameOf(refusal), refusal, fault] as const))(
  'a transaction that is refused with %s',
  (_, refusal, fault) => {
    test('is tried again with the same token, and given up in time', async () => {
      const { table } = await tableRefusing(refusal, 3)
      expect(await table.transact([put('1'), put('2')], 'token', DEADLINE)).toEqual({ done: true })
      const tokens = server.requests.map(
        ({ body }) => (JSON.parse(body) as { ClientRequestToken: string }).ClientRequestToken,
      )
      expect(tokens).toEqual(['token', 'token', 'token', 'token'])
      await server.close()
      const { table: never } = await tableRefusing(refusal, Number.POSITIVE_INFINITY)
      expect(await faultOf(never.transact([put('1'), put('2')], 'token', DEADLINE))).toEqual(fault)
    })
  },
)

test('what would fail again is not tried again, and is no fault of the caller', async () => {
  const { table, waits } = await tableRefusing({ type: 'ValidationException' }, Number.POSITIVE_INFINITY)
  await expect(table.write(put('1'), DEADLINE)).rejects.toMatchObject({ name: 'ValidationException' })
  expect(waits).toEqual([])
})

test('a condition that fails beside a conflict is the answer', async () => {
  const { table } = await tableRefusing(canceled('ConditionalCheckFailed', 'TransactionConflict'), 1)
  expect(await table.transact([put('1'), put('2')], 'token', DEADLINE)).toEqual({
    done: false,
    refusals: [{ found: undefined }, undefined],
  })
})

test('a read that is throttled to the end says so', async () => {
  const { table } = await tableRefusing({ type: 'ThrottlingException' }, Number.POSITIVE_INFINITY)
  expect(await faultOf(table.get({ partition: 'p', sort: '1' }, DEADLINE))).toEqual(BUSY)
})
