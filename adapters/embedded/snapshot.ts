import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Everything that `work` reads on this connection, it reads as of one commit. Not to be nested. */
export class Snapshot {
  readonly #begin: StatementSync
  readonly #commit: StatementSync

  constructor(database: DatabaseSync) {
    this.#begin = database.prepare('BEGIN')
    this.#commit = database.prepare('COMMIT')
  }

  of<T>(work: () => T): T {
    this.#begin.run()
    try {
      return work()
    } finally {
      this.#commit.run()
    }
  }
}
