import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { RowStatement } from '../rows.ts'
import type { StatementReader } from './compile-context.ts'
import { type Fragment, sql } from './fragment.ts'

const STATEMENTS_MAX = 500

/** Prepared statements by their text: searches of one shape have one text. The longest unused one goes first. */
export class StatementCache implements StatementReader {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, RowStatement<SQLInputValue[]>>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  prepare<Row extends SQLInputValue[]>(text: string): RowStatement<Row> {
    let statement = this.#statements.get(text)
    if (statement) this.#statements.delete(text)
    else {
      statement = new RowStatement(this.#database, text)
      const [oldest] = this.#statements.keys()
      if (this.#statements.size >= STATEMENTS_MAX && oldest !== undefined) this.#statements.delete(oldest)
    }
    this.#statements.set(text, statement)
    return statement as unknown as RowStatement<Row>
  }

  rows<Row extends SQLInputValue[]>({ text, values }: Fragment): Row[] {
    return this.prepare<Row>(text).all(...values)
  }

  count(select: Fragment, bound: number): number {
    const { text, values } = sql`SELECT count(*) FROM (${select} LIMIT ${bound})`
    return this.prepare<[number]>(text).get(...values)?.[0] ?? 0
  }
}
