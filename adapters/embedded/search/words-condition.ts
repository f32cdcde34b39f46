import type { DatabaseSync } from 'node:sqlite'
import type { WordsNode } from '#service/search/ast.ts'
import { kindWord } from '../words-writer.ts'
import { beyond, direction } from './combine.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { allOf, type Fragment, raw, sql } from './fragment.ts'
import { liveResources } from './resource-conditions.ts'

/** A test looks the words up in `full_text`, which takes as long as some ten tests of other kinds. */
const TEST_COST = 10

/** A type of so great a share of all resources is told from others by looking at each; a rarer one by its own word. */
const COMMON_SHARE = 4

/**
 * Words hold letters and digits only, of which the index takes each run as it is. A resource with fresh words has those
 * alone, which are looked at one by one: there are never many.
 */
export function wordsCondition(context: CompileContext, { within, words }: WordsNode): Condition {
  const terms = `{${within}} : (${words.map(word => `"${word}"`).join(' AND ')})`
  const isFresh = (key: Fragment) => sql`EXISTS (SELECT 1 FROM fresh_words known WHERE known.key = ${key})`
  const matches = (row: Fragment) => {
    const text = raw(`${row.text}.${within}`)
    // The call costs more than finding out that the text doesn't have the word at all.
    return allOf(words.map(word => sql`instr(${text}, ${word}) > 0 AND has_word(${text}, ${word})`))
  }
  const fresh = context.alias()
  const freshKey = raw(`${fresh.text}.key`)
  return {
    test: key => sql`CASE WHEN ${isFresh(key)}
      THEN EXISTS (SELECT 1 FROM fresh_words ${fresh} WHERE ${fresh}.key = ${key} AND ${matches(fresh)})
      ELSE EXISTS (SELECT 1 FROM full_text(${terms}) WHERE rowid = ${key}) END`,
    source() {
      const row = context.alias()
      const key = raw(`${row.text}.key`)
      const rowid = raw('full_text.rowid')
      const common = isCommon(context)
      const pattern = common ? terms : `{kind} : "${kindWord(context.kind)}" AND ${terms}`
      const ofKind = common ? sql`(SELECT kind FROM resource WHERE key = ${rowid}) = ${context.kind}` : raw('1')
      return {
        // Both give their keys in order. The LIMIT keeps SQLite from dropping an order that it takes for useless.
        from: bounds => sql`(SELECT rowid AS key FROM full_text(${pattern})
          WHERE tick(${rowid}) AND ${ofKind} AND NOT ${isFresh(rowid)}${beyond(rowid, bounds)}
          UNION ALL SELECT ${freshKey} FROM fresh_words ${fresh}
          WHERE ${fresh}.kind = ${context.kind} AND tick(${freshKey}) AND ${matches(fresh)}${beyond(freshKey, bounds)}
          ORDER BY key ${direction(bounds)} LIMIT -1) ${row}`,
        where: raw('1'),
        key,
        order: 'merged',
        unique: true,
        testCost: TEST_COST,
        estimate: bound => context.reader.estimate(sql`SELECT 1 FROM full_text(${pattern})`, bound),
      }
    },
  }
}

function isCommon(context: CompileContext): boolean {
  const all = context.reader.prepare<[number | null]>('SELECT max(key) FROM resource').get()?.[0] ?? 0
  return liveResources(context) * COMMON_SHARE >= all
}

/** `has_word(text, word)`: the word is in text of `DocumentWords`. */
export function registerHasWord(database: DatabaseSync): void {
  const has = (text: unknown, word: unknown) => (hasWord(String(text), String(word)) ? 1 : 0)
  database.function('has_word', { deterministic: true, directOnly: true }, has)
}

function hasWord(text: string, word: string): boolean {
  for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1)) {
    if (!isInWord(text.charCodeAt(start - 1)) && !isInWord(text.charCodeAt(start + word.length))) return true
  }
  return false
}

/** ASCII letters and digits, and all beyond ASCII; beyond the ends of a text the code is NaN. */
const isInWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code >= 0x80
