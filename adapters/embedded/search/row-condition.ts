import type { CompileContext } from './compile-context.ts'
import type { Condition, Equality } from './condition.ts'
import { type Fragment, raw, sql } from './fragment.ts'

export type IndexTable = 'token' | 'string' | 'reference' | 'date' | 'amount' | 'composite' | 'position'

export interface RowCondition {
  readonly table: IndexTable
  readonly parameter: number
  /** About the columns of one row, `row` being the table's alias. */
  readonly match: (row: Fragment) => Fragment
  /** What rows are looked up by where `match` doesn't say it well: a wider condition on leading columns. */
  readonly lead?: (row: Fragment) => Fragment
  /**
   * equal: all columns before the key are given, so rows lie in key order. range: leading columns bound the rows. scan:
   * every row of the parameter is looked at.
   */
  readonly access: 'equal' | 'range' | 'scan'
  /** Whether no resource has two rows that match. */
  readonly unique: boolean
  readonly equality?: Equality
}

/**
 * Rows of one resource, by the index that holds them together: left alone, SQLite may take one that it finds better
 * sorted.
 */
export const byKey = (table: IndexTable, row: Fragment): Fragment => raw(`${table} ${row.text} INDEXED BY ${table}_key`)

/** Some index row of the resource matches. */
export function rowCondition(context: CompileContext, condition: RowCondition): Condition {
  const { table, parameter, match, lead, access, unique, equality } = condition
  return {
    test(key) {
      const row = context.alias()
      return sql`EXISTS (SELECT 1 FROM ${byKey(table, row)} WHERE ${row}.key = ${key} AND ${row}.parameter = ${parameter} AND ${match(row)})`
    },
    source() {
      const row = context.alias()
      const key = raw(`${row.text}.key`)
      const rows = (alias: Fragment) => sql`${alias}.parameter = ${parameter} AND ${(lead ?? match)(alias)}`
      return {
        from: () => sql`${raw(table)} ${row}`,
        where: lead ? sql`${rows(row)} AND tick(${key}) AND ${match(row)}` : sql`${rows(row)} AND tick(${key})`,
        ...(!lead && { short: rows(row) }),
        key,
        order: access === 'equal' ? 'index' : 'none',
        unique,
        estimate: bound =>
          access === 'scan'
            ? Number.POSITIVE_INFINITY
            : // One alias for all of them: one statement counts rows wherever the condition stands.
              context.reader.estimate(sql`SELECT 1 FROM ${raw(table)} counted WHERE ${rows(raw('counted'))}`, bound),
      }
    },
    ...(equality && { equality }),
  }
}
