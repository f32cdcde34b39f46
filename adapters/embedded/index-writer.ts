import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { unreachable } from '#service/invariant.ts'
import type { DictionaryWriter } from './dictionary-writer.ts'
import { COMPARTMENT_URL } from './parameters.ts'
import { type CellReader, VALUE_TAG } from './wire.ts'

type ValueTag = (typeof VALUE_TAG)[keyof typeof VALUE_TAG]

/** Index rows of one resource at a time. */
export class IndexWriter {
  readonly #dictionary: DictionaryWriter
  readonly #token: StatementSync
  readonly #string: StatementSync
  readonly #text: StatementSync
  readonly #reference: StatementSync
  readonly #date: StatementSync
  readonly #amount: StatementSync
  readonly #removals: readonly StatementSync[]

  constructor(database: DatabaseSync, dictionary: DictionaryWriter) {
    this.#dictionary = dictionary
    const insert = (table: string, marks: string) =>
      database.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${marks})`)
    this.#token = insert('token', '?, ?, ?, ?')
    this.#string = insert('string', '?, ?, ?, ?')
    this.#text = database.prepare('INSERT OR IGNORE INTO text (parameter, normalized) VALUES (?, ?)')
    this.#reference = insert('reference', '?, ?, ?, ?, ?')
    this.#date = insert('date', '?, ?, ?, ?')
    this.#amount = insert('amount', '?, ?, ?, ?, ?')
    this.#removals = ['token', 'string', 'reference', 'date', 'amount'].map(table =>
      database.prepare(`DELETE FROM ${table} WHERE key = ?`),
    )
  }

  remove(key: number): void {
    for (const removal of this.#removals) removal.run(key)
  }

  /** Reads a document as `encodeCommit` wrote it. */
  insert(key: number, tenant: string, kind: number, cells: CellReader): void {
    const compartments = cells.number()
    if (compartments > 0) {
      const parameter = this.#dictionary.parameter(kind, COMPARTMENT_URL)
      for (let index = 0; index < compartments; index++) this.#token.run(parameter, cells.text(), 0, key)
    }
    for (let entries = cells.number(); entries > 0; entries--) {
      const parameter = this.#dictionary.parameter(kind, cells.text())
      for (let values = cells.number(); values > 0; values--) this.#value(key, tenant, parameter, cells)
    }
  }

  #value(key: number, tenant: string, parameter: number, cells: CellReader): void {
    const tag = cells.number() as ValueTag
    switch (tag) {
      case VALUE_TAG.token:
        this.#token.run(parameter, cells.text(), this.#dictionary.system(cells.text()), key)
        return
      case VALUE_TAG.uri:
        this.#token.run(parameter, cells.text(), 0, key)
        return
      case VALUE_TAG.string: {
        const normalized = cells.text()
        this.#string.run(parameter, normalized, key, cells.text())
        this.#text.run(parameter, normalized)
        return
      }
      case VALUE_TAG.reference: {
        const target = cells.text()
        const type = cells.text()
        const targetKind = type === '' ? 0 : this.#dictionary.kind(tenant, type)
        this.#reference.run(parameter, target, targetKind, key, cells.text())
        return
      }
      case VALUE_TAG.date:
        this.#date.run(parameter, cells.number(), key, cells.number())
        return
      case VALUE_TAG.number:
        this.#amount.run(parameter, cells.number(), key, cells.number(), 0)
        return
      case VALUE_TAG.quantity: {
        const low = cells.number()
        const high = cells.number()
        this.#amount.run(parameter, low, key, high, this.#dictionary.unit(cells.text(), cells.text(), cells.text()))
        return
      }
      default:
        unreachable(tag)
    }
  }
}
