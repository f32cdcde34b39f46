import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endingPattern, substringKeywords, substringPattern } from './substring-text.ts'

/** What the engine does with a pattern that has no escapes. */
const matches = (pattern: string, keyword: string): boolean => {
  const [start = '', middle = '', end] = pattern.split('*')
  expect([end, pattern.includes('?'), pattern.includes('\\')]).toEqual(['', false, false])
  return keyword.startsWith(start) && keyword.slice(start.length).includes(middle)
}

const holds = (text: string, part: string): boolean =>
  substringKeywords('key', text).some(keyword => matches(substringPattern('key', part), keyword))

const ends = (text: string, part: string): boolean => {
  const [start = '', end = ''] = endingPattern('key', part).split('*')
  return substringKeywords('key', text).some(keyword => keyword.startsWith(start) && keyword.endsWith(end))
}

const letter = fc.constantFrom(
  'a',
  'b',
  '*',
  '?',
  '\\',
  '\ufdd0',
  '\ufdd1',
  '\ufdd4',
  '\ufdda',
  '\ufdef',
  '😀',
  '\ufffd',
)
const word = fc.array(letter, { maxLength: 8 }).map(letters => letters.join(''))

test('a text holds another exactly if a keyword of it matches the pattern', () => {
  fc.assert(
    fc.property(word, word, word, (before, part, after) => {
      expect(holds(before + part + after, part)).toBe(true)
      expect(holds(before, part)).toBe(before.includes(part))
      expect(ends(before + part, part)).toBe(true)
      expect(ends(before, part)).toBe(before.endsWith(part))
    }),
    { numRuns: 2000 },
  )
})

test('a part is found wherever it lies in a text of many pieces', () => {
  const filler = fc.constantFrom('ab', '😀', '*').map(unit => unit.repeat(12_000))
  fc.assert(
    fc.property(filler, filler, fc.nat(20_000), word, (before, after, cut, part) => {
      const text = [...before].slice(0, cut).join('') + part.repeat(20) + after
      expect(holds(text, part.repeat(20))).toBe(true)
      expect(holds(text, `${part}never`)).toBe(false)
      expect(ends(text + part, part)).toBe(true)
      expect(ends(text, `${part}never`)).toBe(false)
    }),
    { numRuns: 60 },
  )
  const keywords = substringKeywords('key', 'ab'.repeat(30_000))
  expect(keywords.map(keyword => keyword.length)).toEqual([10_004, 10_004, 10_004, 10_004, 10_004, 10_004, 4805])
})

test('a part that is too long for a pattern is refused by name of the limit', () => {
  expect(substringPattern('key', 'x'.repeat(400))).toBe(`key:*${'x'.repeat(400)}*`)
  expect(() => substringPattern('key', 'x'.repeat(401))).toThrow(
    'The text to find in a string may have 400 characters, not 401.',
  )
})
