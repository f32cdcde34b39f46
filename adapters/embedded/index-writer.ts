import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { unreachable } from '#service/invariant.ts'
import type { DictionaryWriter } from './dictionary-writer.ts'
import { COMPARTMENT_URL } from './parameters.ts'
import { RowStatement } from './rows.ts'
import { type CellReader, VALUE_TAG } from './wire.ts'

type ValueTag = (typeof VALUE_TAG)[keyof typeof VALUE_TAG]

/** Columns of each index table but for the key. */
const COLUMNS = {
  token: ['parameter', 'code', 'system'],
  string: ['parameter', 'normalized', 'original'],
  reference: ['parameter', 'target', 'target_kind', 'target_version'],
  date: ['parameter', 'low', 'high'],
  amount: ['parameter', 'low', 'high', 'unit'],
} as const

type Table = keyof typeof COLUMNS

interface TableStatements {
  readonly table: Table
  readonly insert: StatementSync
  /** Rows of a key, their columns in the order of COLUMNS. */
  readonly rows: RowStatement<SQLInputValue[]>
  readonly remove: StatementSync
}

/** Index rows of one resource at a time. */
export class IndexWriter {
  readonly #dictionary: DictionaryWriter
  readonly #tables: readonly TableStatements[]
  readonly #token: TableStatements
  readonly #string: TableStatements
  readonly #reference: TableStatements
  readonly #date: TableStatements
  readonly #amount: TableStatements
  readonly #text: StatementSync
  /** While a resource is replaced: the rows that it has now. */
  #current: Set<string> | undefined

  constructor(database: DatabaseSync, dictionary: DictionaryWriter) {
    this.#dictionary = dictionary
    this.#token = statementsOf(database, 'token')
    this.#string = statementsOf(database, 'string')
    this.#reference = statementsOf(database, 'reference')
    this.#date = statementsOf(database, 'date')
    this.#amount = statementsOf(database, 'amount')
    this.#tables = [this.#token, this.#string, this.#reference, this.#date, this.#amount]
    this.#text = database.prepare('INSERT OR IGNORE INTO text (parameter, normalized) VALUES (?, ?)')
  }

  /** Reads a document as `encodeCommit` wrote it. */
  insert(key: number, tenant: string, kind: number, cells: CellReader): void {
    const compartments = cells.number()
    if (compartments > 0) {
      const parameter = this.#dictionary.parameter(kind, COMPARTMENT_URL)
      for (let index = 0; index < compartments; index++) this.#put(this.#token, parameter, cells.text(), 0, key)
    }
    for (let entries = cells.number(); entries > 0; entries--) {
      const parameter = this.#dictionary.parameter(kind, cells.text())
      for (let values = cells.number(); values > 0; values--) this.#value(key, tenant, parameter, cells)
    }
  }

  /** As `insert`, and takes away what the version before had and this one has not; what both have is left alone. */
  replace(key: number, tenant: string, kind: number, cells: CellReader): void {
    const current = new Set<string>()
    this.#current = current
    try {
      this.insert(key, tenant, kind, cells)
    } finally {
      this.#current = undefined
    }
    for (const { table, rows, remove } of this.#tables) {
      for (const row of rows.all(key)) if (!current.has(identity(table, row))) remove.run(...row, key)
    }
  }

  /** The key comes last. */
  #put({ table, insert }: TableStatements, ...row: SQLInputValue[]): void {
    insert.run(...row)
    this.#current?.add(identity(table, row.slice(0, -1)))
  }

  #value(key: number, tenant: string, parameter: number, cells: CellReader): void {
    const tag = cells.number() as ValueTag
    switch (tag) {
      case VALUE_TAG.token:
        this.#put(this.#token, parameter, cells.text(), this.#dictionary.system(cells.text()), key)
        return
      case VALUE_TAG.uri:
        this.#put(this.#token, parameter, cells.text(), 0, key)
        return
      case VALUE_TAG.string: {
        const normalized = cells.text()
        this.#put(this.#string, parameter, normalized, cells.text(), key)
        this.#text.run(parameter, normalized)
        return
      }
      case VALUE_TAG.reference: {
        const target = cells.text()
        const type = cells.text()
        const targetKind = type === '' ? 0 : this.#dictionary.kind(tenant, type)
        this.#put(this.#reference, parameter, target, targetKind, cells.text(), key)
        return
      }
      case VALUE_TAG.date:
        this.#put(this.#date, parameter, cells.number(), cells.number(), key)
        return
      case VALUE_TAG.number:
        this.#put(this.#amount, parameter, cells.number(), cells.number(), 0, key)
        return
      case VALUE_TAG.quantity: {
        const low = cells.number()
        const high = cells.number()
        const unit = this.#dictionary.unit(cells.text(), cells.text(), cells.text())
        this.#put(this.#amount, parameter, low, high, unit, key)
        return
      }
      default:
        unreachable(tag)
    }
  }
}

const identity = (table: Table, row: readonly SQLInputValue[]): string => table + JSON.stringify(row.map(asStored))

/** SQLite keeps UTF-8, where half a surrogate pair can't be. */
const asStored = (value: SQLInputValue): unknown => (typeof value === 'string' ? value.toWellFormed() : value)

function statementsOf(database: DatabaseSync, table: Table): TableStatements {
  const columns = COLUMNS[table]
  const marks = columns.map(() => '?').join(', ')
  const match = columns.map(column => `${column} = ?`).join(' AND ')
  return {
    table,
    insert: database.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}, key) VALUES (${marks}, ?)`),
    rows: new RowStatement(
      database,
      `SELECT ${columns.join(', ')} FROM ${table} INDEXED BY ${table}_key WHERE key = ?`,
    ),
    remove: database.prepare(`DELETE FROM ${table} WHERE ${match} AND key = ?`),
  }
}
