/**
 * Text whose start is searched for, at any length. Short text is one keyword. Long text is cut into blocks, one
 * keyword each, which name the hash of all that is before them: text starts with another exactly if the block in
 * which the other ends starts with the rest of it, behind the same hash.
 */
import { digest, keyword, runningDigest, TEXT_LENGTH_MAX } from './terms.ts'

/** Keywords of a text, one of which starts with `startKeyword` of whatever the text starts with. */
export function blockKeywords(key: string, text: string): string[] {
  const whole = text.toWellFormed()
  const first = blockEnd(whole, 0)
  const keywords = [firstKeyword(key, whole.slice(0, first))]
  if (first === whole.length) return keywords
  // Carried on from block to block: hashing all that is before each would cost the square of the length.
  const before = runningDigest()
  let start = 0
  for (let end = first; end < whole.length; ) {
    before.add(whole.slice(start, end))
    start = end
    end = blockEnd(whole, start)
    keywords.push(laterKeyword(key, start, before.value(), whole.slice(start, end)))
  }
  return keywords
}

/** The prefix that some keyword of a text has exactly if the text starts with this one. */
export function startKeyword(key: string, text: string): string {
  const whole = text.toWellFormed()
  let start = 0
  for (let end = blockEnd(whole, 0); end < whole.length; end = blockEnd(whole, start)) start = end
  const block = whole.slice(start)
  return start === 0 ? firstKeyword(key, block) : laterKeyword(key, start, digest(whole.slice(0, start)), block)
}

/** The keyword that a text has among its blocks, or beside them, exactly if it is this one. */
export const wholeKeyword = (key: string, text: string): string =>
  isOneBlock(text) ? firstKeyword(key, text.toWellFormed()) : keyword(key, 'w', text)

/** Whether its one block says all: the first block of a longer text is never so short. */
export const isOneBlock = (text: string): boolean => text.length < TEXT_LENGTH_MAX - 1

const firstKeyword = (key: string, block: string): string => `${key}p:${block}`

const laterKeyword = (key: string, start: number, before: string, block: string): string =>
  `${key}p${start}.${before}:${block}`

/** Where the block ends that starts there; never between the halves of a surrogate pair. */
function blockEnd(text: string, start: number): number {
  const end = start + TEXT_LENGTH_MAX
  if (end >= text.length) return text.length
  const last = text.charCodeAt(end - 1)
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end
}
