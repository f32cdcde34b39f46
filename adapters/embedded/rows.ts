import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** A statement that gives its rows as arrays, which cost half of what objects do. */
export class RowStatement<Row extends unknown[]> {
  readonly #statement: StatementSync

  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql)
    this.#statement.setReturnArrays(true)
  }

  get(...values: SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as unknown as Row | undefined
  }

  all(...values: SQLInputValue[]): Row[] {
    return this.#statement.all(...values) as unknown as Row[]
  }

  iterate(...values: SQLInputValue[]): NodeJS.Iterator<Row> {
    return this.#statement.iterate(...values) as unknown as NodeJS.Iterator<Row>
  }
}
