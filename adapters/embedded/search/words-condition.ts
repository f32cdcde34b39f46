import type { DatabaseSync } from 'node:sqlite'
import type { WordsNode } from '#service/search/ast.ts'
import { kindWord } from '../words-writer.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { allOf, type Fragment, raw, sql } from './fragment.ts'

/**
 * Words hold letters and digits only, of which the index takes each run as it is. A resource with fresh words has those
 * alone, which are looked at one by one: there are never many.
 */
export function wordsCondition(context: CompileContext, { within, words }: WordsNode): Condition {
  const terms = words.map(word => `"${word}"`).join(' AND ')
  const pattern = `{kind} : "${kindWord(context.kind)}" AND {${within}} : (${terms})`
  const isFresh = (key: Fragment) => sql`EXISTS (SELECT 1 FROM fresh_words known WHERE known.key = ${key})`
  const matches = (row: Fragment) => {
    const text = raw(`${row.text}.${within}`)
    // The call costs more than finding out that the text doesn't have the word at all.
    return allOf(words.map(word => sql`instr(${text}, ${word}) > 0 AND has_word(${text}, ${word})`))
  }
  const fresh = context.alias()
  return {
    test: key => sql`CASE WHEN ${isFresh(key)}
      THEN EXISTS (SELECT 1 FROM fresh_words ${fresh} WHERE ${fresh}.key = ${key} AND ${matches(fresh)})
      ELSE EXISTS (SELECT 1 FROM full_text(${pattern}) WHERE rowid = ${key}) END`,
    source() {
      const row = context.alias()
      const key = raw(`${row.text}.key`)
      return {
        from: () => sql`(SELECT rowid AS key FROM full_text(${pattern}) WHERE NOT ${isFresh(raw('full_text.rowid'))}
          UNION ALL SELECT ${fresh}.key FROM fresh_words ${fresh}
          WHERE ${fresh}.kind = ${context.kind} AND tick(${fresh}.key) AND ${matches(fresh)}) ${row}`,
        where: sql`tick(${key})`,
        key,
        order: 'none',
        unique: true,
        estimate: bound => context.reader.estimate(sql`SELECT 1 FROM full_text(${pattern})`, bound),
      }
    },
  }
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
