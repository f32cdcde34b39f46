/**
 * Text whose start is searched for, at any length. Short text is one keyword. Long text is cut into blocks, one
 * keyword each, which name the hash of all that is before them: text starts with another exactly if the block in
 * which the other ends starts with the rest of it, behind the same hash.
 */
import { digest, keyword, TEXT_LENGTH_MAX } from './terms.ts'

/** Keywords of a text, one of which starts with `startKeyword` of whatever the text starts with. */
export function blockKeywords(key: string, text: string): string[] {
  const whole = text.toWellFormed()
  const keywords: string[] = []
  let start = 0
  do {
    const end = blockEnd(whole, start)
    keywords.push(blockKeyword(key, whole.slice(0, start), whole.slice(start, end)))
    start = end
  } while (start < whole.length)
  return keywords
}

/** The prefix that some keyword of a text has exactly if the text starts with this one. */
export function startKeyword(key: string, text: string): string {
  const whole = text.toWellFormed()
  let start = 0
  for (let end = blockEnd(whole, 0); end < whole.length; end = blockEnd(whole, start)) start = end
  return blockKeyword(key, whole.slice(0, start), whole.slice(start))
}

/** The keyword that a text has among its blocks, or beside them, exactly if it is this one. */
export const wholeKeyword = (key: string, text: string): string =>
  isOneBlock(text) ? blockKeyword(key, '', text.toWellFormed()) : keyword(key, 'w', text)

/** Whether its one block says all: the first block of a longer text is never so short. */
export const isOneBlock = (text: string): boolean => text.length < TEXT_LENGTH_MAX - 1

const blockKeyword = (key: string, before: string, block: string): string =>
  before === '' ? `${key}p:${block}` : `${key}p${before.length}.${digest(before)}:${block}`

/** Where the block ends that starts there; never between the halves of a surrogate pair. */
function blockEnd(text: string, start: number): number {
  const end = start + TEXT_LENGTH_MAX
  if (end >= text.length) return text.length
  const last = text.charCodeAt(end - 1)
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end
}
