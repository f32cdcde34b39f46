import { expect, test } from 'vitest'
import { openFilesProblem, parseOpenFiles } from './open-files.ts'

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             101962               101962               processes
Max open files            ${soft.padEnd(21)}1048576              files
Max locked memory         8388608              8388608              bytes
`

test('the soft limit is read, where there is one', () => {
  expect(['256', 'unlimited'].map(soft => parseOpenFiles(limits(soft)))).toEqual([256, undefined])
  expect(parseOpenFiles('')).toBeUndefined()
})

test('a limit that is too low is explained', () => {
  expect([undefined, 1024, 128].map(openFilesProblem)).toEqual([undefined, undefined, undefined])
  expect(openFilesProblem(127)).toBe(
    'The system lets this process open 127 files and connections; it needs 128 at least. Raise the limit: ulimit -n 1024',
  )
})
