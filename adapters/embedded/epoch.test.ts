import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createEpoch, EpochWriter, settledEpoch } from './epoch.ts'

test('an epoch ends before a commit begins, and the next one begins behind it', () => {
  const epoch = createEpoch()
  const writer = new EpochWriter(epoch)
  const before = settledEpoch(epoch)
  writer.settle()
  expect(settledEpoch(epoch)).toBe(before)
  writer.unsettle()
  writer.unsettle()
  expect(settledEpoch(epoch)).toBe(undefined)
  writer.settle()
  expect(settledEpoch(epoch)).toBeGreaterThan(before ?? 0)
})

test('what a thread left unsettled is settled by the next one, as another epoch', () => {
  const epoch = createEpoch()
  const before = settledEpoch(epoch)
  new EpochWriter(epoch).unsettle()
  new EpochWriter(epoch)
  expect(settledEpoch(epoch)).toBeGreaterThan(before ?? 0)
})

test('who has not heard of the memory remembers nothing', () => {
  expect(settledEpoch(undefined)).toBe(undefined)
})

test('other threads see it at once', async () => {
  const epoch = createEpoch()
  const code = `const { workerData, parentPort } = require('node:worker_threads')
    Atomics.add(workerData, 0, 1)
    parentPort.postMessage('odd')`
  const thread = new Worker(code, { eval: true, workerData: epoch })
  await new Promise(resolve => thread.once('message', resolve))
  expect(settledEpoch(epoch)).toBe(undefined)
  await thread.terminate()
})
