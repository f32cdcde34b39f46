/** How string parameters compare text: without regard to case, accents, punctuation and the amount of white space. */

const PLAIN_ASCII = /^[\dA-Za-z$+<=>^`|~]+(?: [\dA-Za-z$+<=>^`|~]+)*$/
const ASCII = /^[\t\n\r -~]*$/
const PUNCTUATION = /\p{P}+/gu
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
 * Case and accents folded, punctuation taken away, white space collapsed and trimmed; signs such as + and < stay.
 * Applying it twice changes nothing more. R4 search.html#string
 */
export function normalizeString(text: string): string {
  if (PLAIN_ASCII.test(text)) return text.toLowerCase()
  return foldText(text).replace(PUNCTUATION, '').replace(SPACES, ' ').trim()
}

/** Case and accents folded; all else is kept. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .replace(FOLDABLE, letter => FOLDED[letter] ?? letter)
}

/** Longer ones are encoded data, or nothing that anybody searches for. */
export const WORD_LENGTH_MAX = 64

const WORD = /[0-9a-z\x80-\uffff]+/g

/** The distinct words of what `DocumentWords` holds. */
export const distinctWords = (text: string): Set<string> =>
  new Set(text.match(WORD)?.filter(word => word.length <= WORD_LENGTH_MAX))
