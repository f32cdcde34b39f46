import { expect, test } from 'vitest'
import { fault } from '#service/fault.ts'
import { workerParts } from '#test/support/worker-parts.ts'
import { createSweep } from './sweep.ts'

const NOW = Date.UTC(2026, 0, 8)

function sweepOver(sweep: () => Promise<{ closed: number; open: number; failed: number }>, now = NOW) {
  const parts = workerParts(now)
  const looked: boolean[] = []
  const sweepObjects = async ({ begins }: { readonly begins: boolean }) => {
    looked.push(begins)
    return begins ? 7 : undefined
  }
  const purged: number[] = []
  const cleaner = { purgeDeleted: async (before: number) => void purged.push(before) }
  return { ...parts, purged, looked, run: createSweep({ ...parts, overdue: { sweep }, cleaner, sweepObjects }) }
}

test('ends what is overdue, and removes what was deleted a week ago', async () => {
  const { run, purged, numbers, entries } = sweepOver(async () => ({ closed: 2, open: 1, failed: 1 }))
  await run(NOW + 1000)
  expect([purged, numbers, entries]).toEqual([
    [Date.UTC(2026, 0, 1)],
    [
      ['Swept', 3],
      ['Unswept', 1],
    ],
    [],
  ])
})

test('one that fails does not keep the other from its work', async () => {
  const { run, purged, numbers, entries } = sweepOver(async () => {
    throw fault('unavailable', 'no answer')
  })
  await run(NOW + 1000)
  expect([purged, numbers, entries.map(({ message, fields }) => [message, fields])]).toEqual([
    [Date.UTC(2026, 0, 1)],
    [['Unswept', 1]],
    [['Transactions that are overdue could not be ended', { cause: 'Fault unavailable' }]],
  ])
})

test('begins to look for objects that nothing names once a night, and goes on whenever there is more', async () => {
  const nothing = async () => ({ closed: 0, open: 0, failed: 0 })
  for (const [minutes, expected] of [
    [2 * 60 + 59, false],
    [3 * 60 + 2, true],
    [3 * 60 + 5, false],
  ] as const) {
    const { run, looked, numbers } = sweepOver(nothing, NOW + minutes * 60_000)
    await run(NOW + 1000)
    expect([minutes, looked, numbers.filter(([name]) => name === 'SweptObjects')]).toEqual([
      minutes,
      [expected],
      expected ? [['SweptObjects', 7]] : [],
    ])
  }
})
