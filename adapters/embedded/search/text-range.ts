import { type Fragment, sql } from './fragment.ts'

/** Texts that start so, as a range that an index can walk: SQLite compares text by its UTF-8 bytes. */
export function startsWith(column: Fragment, prefix: string): Fragment {
  const end = successor(prefix)
  return end === undefined ? sql`${column} >= ${prefix}` : sql`(${column} >= ${prefix} AND ${column} < ${end})`
}

/** The least text above all that start with the prefix; undefined where there is none. */
function successor(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; ) {
    const start = end - (LOW_SURROGATE.test(prefix.charAt(end - 1)) ? 2 : 1)
    const last = prefix.codePointAt(start) ?? 0
    const next = last === BEFORE_SURROGATES ? AFTER_SURROGATES : last + 1
    if (last !== LAST_POINT) return prefix.slice(0, start) + String.fromCodePoint(next)
    end = start
  }
  return undefined
}

/** The second half of a pair; no text that is searched has half a pair. */
const LOW_SURROGATE = /[\uDC00-\uDFFF]/
const LAST_POINT = 0x10ffff
const BEFORE_SURROGATES = 0xd7ff
const AFTER_SURROGATES = 0xe000
