import { expect, test } from 'vitest'
import { mapConcurrently } from './map-concurrently.ts'

const soon = () => new Promise<void>(resolve => setImmediate(resolve))

test('answers in the order of the items, whichever ends first', async () => {
  const results = await mapConcurrently([3, 1, 2], 2, async (item, index) => {
    for (let turn = 0; turn < item; turn++) await soon()
    return `${index}:${item}`
  })
  expect(results).toEqual(['0:3', '1:1', '2:2'])
})

test('never runs more than its limit, and all that it may', async () => {
  let running = 0
  const seen: number[] = []
  await mapConcurrently(Array.from({ length: 9 }), 4, async () => {
    seen.push(++running)
    await soon()
    running--
  })
  expect(Math.max(...seen)).toBe(4)
})

test('nothing to do', async () => {
  expect(await mapConcurrently([], 4, async () => 1)).toEqual([])
})

test('the first failure is the answer, nothing more is started, and what runs is waited for', async () => {
  const started: number[] = []
  const ended: number[] = []
  const run = mapConcurrently([0, 1, 2, 3, 4], 2, async item => {
    started.push(item)
    await soon()
    if (item === 1) throw new Error('one')
    await soon()
    ended.push(item)
  })
  await expect(run).rejects.toThrow('one')
  expect(ended).toEqual([0])
  for (let turn = 0; turn < 5; turn++) await soon()
  expect(started).toEqual([0, 1])
})
