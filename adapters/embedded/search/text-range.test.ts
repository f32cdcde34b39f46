import { expect, test } from 'vitest'
import { sql } from './fragment.ts'
import { startsWith } from './text-range.ts'

test.each([
  ['a', 'b'],
  ['a\u{10ffff}', 'b'],
  ['a\ud7ff', 'a\ue000'],
  ['a\u{1f600}', 'a\u{1f601}'],
  ['\u{10ffff}', undefined],
])('%j ends before %j', (prefix, end) => {
  expect(startsWith(sql`c`, prefix)).toEqual(
    end === undefined ? sql`${sql`c`} >= ${prefix}` : sql`(${sql`c`} >= ${prefix} AND ${sql`c`} < ${end})`,
  )
})

test('a prefix may be as long as a body', () => {
  const prefix = 'x'.repeat(5_000_000)
  expect(startsWith(sql`c`, prefix)).toEqual(sql`(${sql`c`} >= ${prefix} AND ${sql`c`} < ${`${prefix.slice(0, -1)}y`})`)
})
