import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { SearchStep } from '#service/ports/search-index.ts'
import { RowStatement } from '../rows.ts'
import { tooLarge } from './combine.ts'
import type { StatementReader } from './compile-context.ts'
import { Estimates } from './estimates.ts'
import { type Fragment, limitTo, sql } from './fragment.ts'
import { RecentMap } from './recent-map.ts'

const STATEMENTS_KEPT = 250

/** A search of thousands of alternatives is hardly asked twice. */
const KEPT_CHARACTERS_MAX = 20_000

/** Between the values of a list. One that has it itself may be taken for another list, at the price of a worse plan. */
const SEPARATOR = '\u0000'

/** What SQLite says where a statement goes over one of its limits (limits.html). */
const TOO_LARGE = /too many|too large|too big|stack overflow|at most \d+ (tables|columns)/

/** Prepared statements by their text: searches of one shape have one text. */
export class StatementCache implements StatementReader {
  readonly #database: DatabaseSync
  readonly #beforeUse: () => void
  readonly #estimates = new Estimates()
  readonly #statements = new RecentMap<RowStatement<SQLInputValue[]>>(STATEMENTS_KEPT)

  /** Told of every statement that reads a page or counts. */
  trace: ((step: SearchStep) => void) | undefined

  /** `beforeUse` may throw: planning a search of thousands of alternatives takes time as well. */
  constructor(database: DatabaseSync, beforeUse: () => void) {
    this.#database = database
    this.#beforeUse = beforeUse
  }

  /** @throws Fault too-costly for a statement that is larger than SQLite takes. */
  prepare<Row extends SQLInputValue[]>(text: string): RowStatement<Row> {
    this.#beforeUse()
    let statement = this.#statements.get(text)
    if (!statement) {
      statement = this.#compile(text)
      if (text.length <= KEPT_CHARACTERS_MAX) this.#statements.set(text, statement)
    }
    return statement as unknown as RowStatement<Row>
  }

  #compile(text: string): RowStatement<SQLInputValue[]> {
    try {
      return new RowStatement(this.#database, text)
    } catch (cause) {
      if (!(cause instanceof Error) || !TOO_LARGE.test(cause.message)) throw cause
      throw tooLarge(cause)
    }
  }

  rows<Row extends SQLInputValue[]>({ text, values }: Fragment): Row[] {
    return this.#traced({ text, values }, () => this.prepare<Row>(text).all(...values))
  }

  estimate({ text, values }: Fragment, bound: number): number {
    return this.#estimates.rows(`${values.join(SEPARATOR)}${SEPARATOR}${text}`, bound, () =>
      this.count({ text, values }, bound),
    )
  }

  count(select: Fragment, bound: number): number {
    const { text, values } = sql`SELECT count(*) FROM (${select} ${limitTo(bound)})`
    return this.#traced({ text, values }, () => this.prepare<[number]>(text).get(...values)?.[0] ?? 0)
  }

  #traced<Result>({ text, values }: Fragment, run: () => Result): Result {
    const { trace } = this
    if (!trace) return run()
    const start = performance.now()
    const result = run()
    const milliseconds = performance.now() - start
    const plan = this.#database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values)
    trace({ statement: text, plan: plan.map(({ detail }) => String(detail)).join('\n'), milliseconds })
    return result
  }
}
