/** How string parameters compare text: without regard to case, accents and the amount of white space. */

const PLAIN_ASCII = /^[!-~]+(?: [!-~]+)*$/
const MARKS = /\p{M}+/gu
const SPACES = /\s+/g
/** Letters that Unicode does not decompose, and the final sigma, which only its place in the word tells from σ. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
}
const FOLDABLE = /[ßæœøđðþłħıς]/g

/**
 * Case and accents folded, white space collapsed and trimmed; punctuation is kept. Applying it twice changes nothing
 * more. R4 search.html#string
 */
export function normalizeString(text: string): string {
  if (PLAIN_ASCII.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .replace(FOLDABLE, letter => FOLDED[letter] ?? letter)
    .replace(SPACES, ' ')
    .trim()
}
