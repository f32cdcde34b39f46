import { expect, test } from 'vitest'
import type { InputFile } from './inputs.ts'
import { createProgress, type Progress } from './progress.ts'

const file = (bytes: number): InputFile => ({ path: `${bytes}.json`, bytes, format: 'json', compressed: false })
const files = [file(300), file(100)]

function start(columns: number | undefined): { progress: Progress; written: string[]; pass: (ms: number) => void } {
  const written: string[] = []
  let now = 5000
  const progress = createProgress({
    files,
    terminal: { write: text => written.push(text), columns },
    now: () => now,
  })
  const pass = (ms: number): void => {
    now += ms
    progress.tick()
  }
  return { progress, written, pass }
}

test('draws a bar on a terminal, cut to its width', () => {
  const { progress, written, pass } = start(60)
  progress.resources(12_345)
  progress.fileDone(file(300))
  pass(2000)
  progress.failures([{ source: 'a.json', outcome: '422 Unprocessable Entity', issues: ['Patient.x: no'] }])
  progress.finish(false)
  const erase = '\r\u001b[2K'
  const counts = '1 / 2 files, 12,345 resources, 6,173 resources/s'
  const bar = (failed: number): string =>
    `${erase}${`[###############-----] 75%  ${counts}, ${failed} failed`.slice(0, 59)}`
  expect(written).toEqual([
    bar(0),
    `${erase}FAILED a.json: 422 Unprocessable Entity\n  Patient.x: no\n`,
    bar(1),
    erase,
    `Done with failures: ${counts}, 1 failed, 2.0 s.\n`,
  ])
  expect(progress.failed).toBe(true)
})

test('writes a line every few seconds elsewhere', () => {
  const { progress, written, pass } = start(undefined)
  for (let step = 0; step < 12; step++) {
    progress.resources(100)
    pass(1000)
  }
  progress.finish(true)
  expect(written).toEqual([
    '0 / 2 files, 500 resources, 100 resources/s, 0 failed\n',
    '0 / 2 files, 1,000 resources, 100 resources/s, 0 failed\n',
    'Interrupted after 0 / 2 files, 1,200 resources, 100 resources/s, 0 failed, 12.0 s. ' +
      'What was under way may have been stored.\n',
  ])
})

test('lists only so many issues and failures, and those alike together', () => {
  const { progress, written } = start(undefined)
  const failure = { source: 'a', outcome: '422', issues: Array.from({ length: 22 }, (_, index) => `issue ${index}`) }
  progress.failures([failure, { source: 'a 2', outcome: '422', issues: [] }, { ...failure, source: 'a 3' }])
  for (let index = 0; index < 200; index++) progress.failures([{ source: `b${index}`, outcome: '500', issues: [] }])
  progress.finish(false)
  const lines = written.join('').split('\n')
  expect([...lines.slice(0, 2), ...lines.slice(20, 26), ...lines.slice(-5)]).toEqual([
    'FAILED a: 422',
    '  issue 0',
    '  issue 19',
    '  and 2 more issues',
    '  and so did 1 more of its entries',
    'FAILED a 2: 422',
    'FAILED b0: 500',
    'FAILED b1: 500',
    'FAILED b196: 500',
    'FAILED b197: 500',
    '2 more kinds of failures are counted, but not listed.',
    'Done with failures: 0 / 2 files, 0 resources, 0 resources/s, 203 failed, 0.0 s.',
    '',
  ])
})
