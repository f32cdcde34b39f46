import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockKeywords, isOneBlock, startKeyword, wholeKeyword } from './text-blocks.ts'

/** Texts of few letters, with pairs of surrogates across the ends of blocks. */
const text = fc
  .array(fc.constantFrom('a', 'b', '😀', 'x'.repeat(120), '😀'.repeat(60)), { maxLength: 12 })
  .map(parts => parts.join(''))

const startsIn = (whole: string, start: string): boolean =>
  blockKeywords('key', whole).some(keyword => keyword.startsWith(startKeyword('key', start)))

test('a text starts with another exactly if a keyword of it does', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.oneof(text, fc.constantFrom('', 'a', 'b')), (whole, cut, other) => {
      const points = [...whole]
      const start = points.slice(0, cut % (points.length + 1)).join('')
      expect(startsIn(whole, start)).toBe(true)
      expect(startsIn(whole, start + other)).toBe(whole.startsWith(start + other))
    }),
    { numRuns: 1000 },
  )
})

test('a text is another exactly if it has its keyword', () => {
  const keywordsOf = (whole: string) =>
    isOneBlock(whole) ? blockKeywords('key', whole) : [...blockKeywords('key', whole), wholeKeyword('key', whole)]
  fc.assert(
    fc.property(text, text, fc.nat(), (whole, other, cut) => {
      const start = [...whole].slice(0, cut % 300).join('')
      expect(keywordsOf(whole).includes(wholeKeyword('key', whole))).toBe(true)
      for (const one of [other, start]) expect(keywordsOf(whole).includes(wholeKeyword('key', one))).toBe(whole === one)
    }),
    { numRuns: 1000 },
  )
})

test('short text is one keyword, long text one for each 256 characters', () => {
  expect(blockKeywords('12345678', 'ann')).toEqual(['12345678p:ann'])
  expect(blockKeywords('12345678', '')).toEqual(['12345678p:'])
  expect(blockKeywords('12345678', `${'x'.repeat(300)}`)).toEqual([
    `12345678p:${'x'.repeat(256)}`,
    expect.stringMatching(/^12345678p256\.[\w-]{22}:x{44}$/),
  ])
})

test('a text of many megabytes is cut in time that grows with it, and its end is found', () => {
  const long = 'abcdefgh'.repeat(500_000)
  const keywords = blockKeywords('12345678', long)
  expect(keywords).toHaveLength(15_625)
  expect(keywords.at(-1)).toBe(startKeyword('12345678', long))
})
