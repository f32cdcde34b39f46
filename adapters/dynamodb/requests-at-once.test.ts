/** Many requests at the same time, which are bounded before they come to the SDK. */
import { expect, test } from 'vitest'
import { DynamoTable, REQUESTS_AT_ONCE } from './dynamo-table.ts'
import { createDynamoClient } from './index.ts'

const NOW = 1_000_000
const DEADLINE = NOW + 5000

/** Sent requests wait for `answer`; `onSent` is told of each. */
function heldTable(onSent: (its: HeldTable) => void): HeldTable {
  const client = createDynamoClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' })
  const waiting: (() => void)[] = []
  const clock = { at: NOW, now: () => clock.at }
  const table = new DynamoTable({ client, tableName: 'table', clock })
  const held: HeldTable = {
    clock,
    ...{ sent: 0, open: 0, openMax: 0 },
    get: sort => table.get({ partition: 'p', sort: String(sort) }, DEADLINE),
    answer() {
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
  const hold = () => async () => {
    held.sent++
    held.openMax = Math.max(held.openMax, ++held.open)
    await new Promise<void>(resolve => {
      waiting.push(resolve)
      onSent(held)
    })
    held.open--
    return { output: { $metadata: {} }, response: undefined }
  }
  client.middlewareStack.add(hold, { step: 'initialize' })
  return held
}

interface HeldTable {
  readonly clock: { at: number }
  sent: number
  open: number
  openMax: number
  get(sort: number): Promise<unknown>
  answer(): void
}

test('no more than the adapter’s own limit are under way, whoever asks', async () => {
  const all = 3 * REQUESTS_AT_ONCE + 1
  const table = heldTable(its => {
    if (its.open >= REQUESTS_AT_ONCE || its.sent === all) its.answer()
  })
  await Promise.all(Array.from({ length: all }, (_, sort) => table.get(sort)))
  expect(table).toMatchObject({ sent: all, open: 0, openMax: REQUESTS_AT_ONCE })
})

test('one whose turn comes after its deadline is not sent', async () => {
  const table = heldTable(its => {
    if (its.sent < REQUESTS_AT_ONCE) return
    its.clock.at = DEADLINE
    its.answer()
  })
  const asked = Array.from({ length: REQUESTS_AT_ONCE + 1 }, (_, sort) => table.get(sort))
  const late = asked.pop()
  await Promise.all([expect(late).rejects.toMatchObject({ kind: 'unclear' }), ...asked])
  expect(table.sent).toBe(REQUESTS_AT_ONCE)
})
