import type { CompileContext } from './compile-context.ts'
import type { Condition, Source } from './condition.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { rowCondition } from './row-condition.ts'

const TRIGRAM_LENGTH = 3

/**
 * A text within a string, or at its end. Of three characters and more, `text_trigram` gives the strings that have all
 * of its trigrams; strings that it doesn't know yet come in addition; the text decides.
 */
export function containsCondition(
  context: CompileContext,
  parameter: number,
  value: string,
  mode: 'contains' | 'ends',
): Condition {
  const matches = (text: Fragment) =>
    mode === 'contains'
      ? sql`instr(${text}.normalized, ${value}) > 0`
      : sql`substr(${text}.normalized, -length(${value})) = ${value}`
  const scanned = rowCondition(context, {
    table: 'string',
    parameter,
    match: matches,
    lead: () => raw('1'),
    access: 'scan',
    unique: false,
  })
  const trigrams = trigramsOf(value)
  if (trigrams.length === 0) return scanned
  return { ...scanned, source: () => trigramSource(context, parameter, matches, trigrams.map(quoted).join(' AND ')) }
}

function trigramSource(
  context: CompileContext,
  parameter: number,
  matches: (text: Fragment) => Fragment,
  pattern: string,
): Source {
  const candidate = context.alias()
  const text = context.alias()
  const row = context.alias()
  const key = raw(`${row.text}.key`)
  const candidates = sql`SELECT rowid AS id FROM text_trigram WHERE text_trigram MATCH ${pattern}
    UNION ALL SELECT id FROM text WHERE id > (SELECT text FROM trigram_progress)`
  const from = (ids: Fragment) => sql`(${ids}) ${candidate} CROSS JOIN text ${text} CROSS JOIN string ${row}`
  const where = sql`${text}.id = ${candidate}.id AND ${text}.parameter = ${parameter} AND tick(${text}.id)
    AND ${matches(text)}
    AND ${row}.parameter = ${parameter} AND ${row}.normalized = ${text}.normalized AND tick(${key})`
  return {
    from: () => from(candidates),
    where,
    key,
    order: 'none',
    unique: false,
    estimate(bound) {
      // Strings of other parameters are among the candidates: with too many of these, counting is work of its own.
      if (context.reader.estimate(candidates, bound) >= bound) return Number.POSITIVE_INFINITY
      return context.reader.estimate(sql`SELECT 1 FROM ${from(candidates)} WHERE ${where}`, bound)
    },
  }
}

function trigramsOf(value: string): string[] {
  const characters = Array.from(value)
  const count = Math.max(0, characters.length - TRIGRAM_LENGTH + 1)
  return Array.from({ length: count }, (_, index) => characters.slice(index, index + TRIGRAM_LENGTH).join(''))
}

const quoted = (trigram: string): string => `"${trigram.replaceAll('"', '""')}"`
