import type { WordsNode } from '#service/search/ast.ts'
import { kindWord } from '../index-writer.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { raw, sql } from './fragment.ts'

/** Words hold letters and digits only, of which the index takes each run as it is. */
export function wordsCondition(context: CompileContext, { within, words }: WordsNode): Condition {
  const terms = words.map(word => `"${word}"`).join(' AND ')
  const pattern = `{kind} : "${kindWord(context.kind)}" AND {${within}} : (${terms})`
  return {
    test: key => sql`EXISTS (SELECT 1 FROM full_text(${pattern}) WHERE rowid = ${key})`,
    source() {
      const row = context.alias()
      const key = raw(`${row.text}.rowid`)
      return {
        from: () => sql`full_text(${pattern}) ${row}`,
        where: sql`tick(${key})`,
        key,
        order: 'none',
        unique: true,
        estimate: bound => context.reader.estimate(sql`SELECT 1 FROM full_text(${pattern})`, bound),
      }
    },
  }
}
