import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Tells types, and so tenants, apart: a list of one type's resources is short. */
export const kindWord = (kind: number): string => `k${kind}`

/** Each step makes one part of `full_text`. Made of each commit alone, parts would be merged again and again. */
const RESOURCES_PER_STEP = 1_000

/** Searches look at fresh words one by one, a thousand in about a millisecond. */
const FRESH_MAX = 4_000

/**
 * The words of resources. A commit leaves them in `fresh_words`, which costs what their bytes cost; `step` moves them
 * into `full_text`. Until then a resource has the words that are fresh and none of those in `full_text`.
 */
export class WordsWriter {
  readonly #database: DatabaseSync
  readonly #put: StatementSync
  readonly #measure: StatementSync
  readonly #count: StatementSync
  readonly #last: StatementSync
  readonly #remove: StatementSync
  readonly #add: StatementSync
  readonly #forget: StatementSync
  /** No fewer than there are. */
  #fresh = 0

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#put = database.prepare('INSERT OR REPLACE INTO fresh_words VALUES (?, ?, ?, ?)')
    this.#measure = database.prepare('INSERT OR REPLACE INTO text_length VALUES (?, ?, ?)')
    this.#count = database.prepare('SELECT count(*) AS fresh FROM fresh_words')
    this.#last = database.prepare('SELECT max(key) AS key FROM (SELECT key FROM fresh_words ORDER BY key LIMIT 0 + ?)')
    this.#remove = database.prepare('DELETE FROM full_text WHERE rowid IN (SELECT key FROM fresh_words WHERE key <= ?)')
    this.#add = database.prepare(
      `INSERT INTO full_text (rowid, kind, narrative, content)
       SELECT key, 'k' || kind, narrative, content FROM fresh_words WHERE key <= ? AND content <> '' ORDER BY key`,
    )
    this.#forget = database.prepare('DELETE FROM fresh_words WHERE key <= ?')
    this.recount()
  }

  /** Whether so many are fresh that a step is due. */
  get isBehind(): boolean {
    return this.#fresh >= FRESH_MAX
  }

  get fresh(): number {
    return this.#fresh
  }

  /** After a transaction was undone. */
  recount(): void {
    this.#fresh = Number(this.#count.get()?.fresh)
  }

  /** Within a transaction. @param replaces whether the resource may have words already. */
  put(key: number, kind: number, narrative: string, content: string, replaces: boolean): void {
    if (content === '' && !replaces) return
    this.#put.run(key, kind, narrative, content)
    this.#measure.run(key, narrative.length, content.length)
    this.#fresh++
  }

  /** Within a transaction. The texts are overwritten where they were: of a purged resource nothing may stay. */
  step(): void {
    const last = this.#last.get(RESOURCES_PER_STEP)?.key
    if (typeof last !== 'number') {
      this.#fresh = 0
      return
    }
    this.#remove.run(last)
    this.#add.run(last)
    this.#database.exec('PRAGMA secure_delete = ON')
    const moved = Number(this.#forget.run(last).changes)
    this.#database.exec('PRAGMA secure_delete = OFF')
    this.#fresh = moved < RESOURCES_PER_STEP ? 0 : this.#fresh - moved
  }
}
