import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DictionaryWriter } from './dictionary-writer.ts'
import type { IndexWriter } from './index-writer.ts'
import { CellReader } from './wire.ts'

/** A version of a resource that contains others, or did. */
export interface Container {
  readonly tenant: string
  readonly key: number
  readonly version: number
  readonly seq: number
  readonly lastUpdated: number
}

export interface ContainedWriterParts {
  readonly database: DatabaseSync
  readonly dictionary: DictionaryWriter
  readonly index: IndexWriter
  nextKey(): number
}

interface Row {
  readonly key: number
  readonly kind: number
}

/** Nothing is left in the index of what has this document. */
const NOTHING = [0, 0, '', '']

/**
 * Rows of `resource` for what is contained in others, each with index rows of its own and the version of its container.
 * Which they are stands in `contained`, so that the next version of the container takes away what it has no more.
 */
export class ContainedWriter {
  readonly #dictionary: DictionaryWriter
  readonly #index: IndexWriter
  readonly #nextKey: () => number
  readonly #held: StatementSync
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #hold: StatementSync
  readonly #release: StatementSync
  readonly #remove: StatementSync
  readonly #count: StatementSync

  constructor({ database, dictionary, index, nextKey }: ContainedWriterParts) {
    this.#dictionary = dictionary
    this.#index = index
    this.#nextKey = nextKey
    this.#held = database.prepare(
      'SELECT c.key, r.kind FROM contained c CROSS JOIN resource r WHERE c.container = ? AND r.key = c.key',
    )
    this.#find = database.prepare('SELECT key FROM resource WHERE kind = ? AND id = ?')
    this.#insert = database.prepare(
      `INSERT INTO resource (key, kind, id, version, seq, last_updated, deleted) VALUES (?, ?, ?, ?, ?, ?, 0)`,
    )
    this.#update = database.prepare('UPDATE resource SET version = ?, seq = ?, last_updated = ? WHERE key = ?')
    this.#hold = database.prepare('INSERT INTO contained VALUES (?, ?)')
    this.#release = database.prepare('DELETE FROM contained WHERE container = ? AND key = ?')
    this.#remove = database.prepare('DELETE FROM resource WHERE key = ?')
    this.#count = database.prepare('UPDATE kind SET live = live + ? WHERE id = ?')
  }

  /**
   * Reads what `encodeCommit` wrote of the contained resources.
   * @param replaces whether a version before may have had some.
   */
  write(container: Container, replaces: boolean, cells: CellReader): void {
    const count = cells.number()
    const before = replaces ? (this.#held.all(container.key) as unknown as readonly Row[]) : NONE
    if (count === 0 && before.length === 0) return
    const kept = new Set<number>()
    for (let index = 0; index < count; index++) kept.add(this.#put(container, cells))
    for (const { key, kind } of before) if (!kept.has(key)) this.#drop(container, key, kind)
  }

  /** Reads what `encodeReindexed` wrote of them: of the same version, so each is there if any of it is. */
  replaceValues({ tenant, ...container }: Container, cells: CellReader): void {
    for (let count = cells.number(); count > 0; count--) {
      const kind = this.#dictionary.kind(tenant, cells.text())
      const id = cells.text()
      const key = Number(this.#find.get(kind, id)?.key ?? this.#add({ tenant, ...container }, kind, id))
      this.#index.replaceValues(key, tenant, kind, cells)
    }
  }

  #put(container: Container, cells: CellReader): number {
    const { tenant, version, seq, lastUpdated } = container
    const kind = this.#dictionary.kind(tenant, cells.text())
    const id = cells.text()
    const row = this.#find.get(kind, id)
    if (!row) {
      const added = this.#add(container, kind, id)
      this.#index.insert(added, tenant, kind, cells)
      return added
    }
    const key = Number(row.key)
    this.#update.run(version, seq, lastUpdated, key)
    this.#index.replace(key, tenant, kind, cells)
    return key
  }

  #add({ key: container, version, seq, lastUpdated }: Container, kind: number, id: string): number {
    const key = this.#nextKey()
    this.#insert.run(key, kind, id, version, seq, lastUpdated)
    this.#hold.run(container, key)
    this.#count.run(1, kind)
    return key
  }

  #drop({ tenant, key: container }: Container, key: number, kind: number): void {
    this.#index.replace(key, tenant, kind, new CellReader(NOTHING))
    this.#release.run(container, key)
    this.#remove.run(key)
    this.#count.run(-1, kind)
  }
}

const NONE: readonly Row[] = []
