import { afterEach, expect, test } from 'vitest'
import { type FakeQueue, type SentMessage, startFakeQueue, takeAll } from '#test/support/fake-queue.ts'
import { faultOf } from '#test/support/test-world.ts'
import { sendMessages } from './send-messages.ts'

let queue: FakeQueue | undefined

afterEach(() => queue?.close())

async function send(count: number, answer: (messages: readonly SentMessage[]) => object, deadline: number) {
  queue = await startFakeQueue(answer)
  const messages = Array.from({ length: count }, (_, index) => ({ MessageBody: String(index) }))
  return sendMessages(queue.parts, messages, deadline)
}

const soon = () => Date.now() + 10_000

test('in their order, ten at a time', async () => {
  await send(12, takeAll, soon())
  expect(queue?.batches.map(batch => batch.map(({ MessageBody }) => Number(MessageBody)))).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [10, 11],
  ])
})

test('a message that the queue does not take is a failure of all', async () => {
  const failure = send(1, () => ({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] }), soon())
  expect(await faultOf(failure)).toMatchObject({ category: 'unavailable' })
})

test('without time, nothing is sent', async () => {
  expect(await faultOf(send(1, takeAll, Date.now() - 1))).toMatchObject({ category: 'unavailable' })
  expect(queue?.batches).toEqual([])
})
