import { type Fragment, sql } from './fragment.ts'

/** Texts that start so, as a range that an index can walk: SQLite compares text by its UTF-8 bytes. */
export function startsWith(column: Fragment, prefix: string): Fragment {
  const end = successor(prefix)
  return end === undefined ? sql`${column} >= ${prefix}` : sql`(${column} >= ${prefix} AND ${column} < ${end})`
}

/** The least text above all that start with the prefix; undefined where there is none. */
function successor(prefix: string): string | undefined {
  const points = Array.from(prefix, character => character.codePointAt(0) ?? 0)
  while (points.length > 0) {
    const last = points.pop() ?? 0
    if (last === LAST_POINT) continue
    points.push(last === BEFORE_SURROGATES ? AFTER_SURROGATES : last + 1)
    return String.fromCodePoint(...points)
  }
  return undefined
}

const LAST_POINT = 0x10ffff
const BEFORE_SURROGATES = 0xd7ff
const AFTER_SURROGATES = 0xe000
