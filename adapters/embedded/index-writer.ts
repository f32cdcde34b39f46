import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { invariant, unreachable } from '#service/invariant.ts'
import type { DictionaryWriter } from './dictionary-writer.ts'
import { COMPARTMENT_URL } from './parameters.ts'
import { RowStatement } from './rows.ts'
import { type CellReader, VALUE_TAG } from './wire.ts'
import type { WordsWriter } from './words-writer.ts'

type ValueTag = (typeof VALUE_TAG)[keyof typeof VALUE_TAG]

/** Columns of each index table but for the key. */
const COLUMNS = {
  token: ['parameter', 'code', 'system'],
  string: ['parameter', 'normalized', 'original'],
  reference: ['parameter', 'target', 'target_kind', 'target_version'],
  date: ['parameter', 'low', 'high'],
  amount: ['parameter', 'low', 'high', 'unit'],
  composite: ['parameter', 'component', 'text', 'number', 'low', 'high', 'element', 'extra'],
  position: ['parameter', 'latitude', 'longitude'],
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
  readonly #composite: TableStatements
  readonly #position: TableStatements
  readonly #text: StatementSync
  readonly #words: WordsWriter
  /** While a resource is replaced: the rows that it has now. */
  #current: Set<string> | undefined

  constructor(database: DatabaseSync, dictionary: DictionaryWriter, words: WordsWriter) {
    this.#dictionary = dictionary
    this.#words = words
    this.#token = statementsOf(database, 'token')
    this.#string = statementsOf(database, 'string')
    this.#reference = statementsOf(database, 'reference')
    this.#date = statementsOf(database, 'date')
    this.#amount = statementsOf(database, 'amount')
    this.#composite = statementsOf(database, 'composite')
    this.#position = statementsOf(database, 'position')
    this.#tables = [
      ...[this.#token, this.#string, this.#reference, this.#date],
      ...[this.#amount, this.#composite, this.#position],
    ]
    this.#text = database.prepare('INSERT OR IGNORE INTO text (parameter, normalized) VALUES (?, ?)')
  }

  /** Reads a document as `encodeCommit` wrote it. */
  insert(key: number, tenant: string, kind: number, cells: CellReader): void {
    this.#values(key, tenant, kind, cells)
    this.#words.put(key, kind, cells.text(), cells.text(), false)
  }

  #values(key: number, tenant: string, kind: number, cells: CellReader): void {
    const compartments = cells.number()
    if (compartments > 0) {
      const parameter = this.#dictionary.parameter(kind, COMPARTMENT_URL)
      for (let index = 0; index < compartments; index++) this.#put(this.#token, parameter, cells.text(), 0, key)
    }
    for (let entries = cells.number(); entries > 0; entries--) {
      const parameter = this.#dictionary.parameter(kind, cells.text())
      const count = cells.number()
      for (let element = 0; element < count; element++) this.#value(key, tenant, parameter, cells, element)
    }
  }

  /** As `insert`, and takes away what the version before had and this one has not; what both have is left alone. */
  replace(key: number, tenant: string, kind: number, cells: CellReader): void {
    this.replaceValues(key, tenant, kind, cells)
    this.#words.put(key, kind, cells.text(), cells.text(), true)
  }

  /** Of the same version, as `encodeReindexed` wrote it: its words are what they were. */
  replaceValues(key: number, tenant: string, kind: number, cells: CellReader): void {
    const current = new Set<string>()
    this.#current = current
    try {
      this.#values(key, tenant, kind, cells)
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

  #value(key: number, tenant: string, parameter: number, cells: CellReader, element: number): void {
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
        if (element > 0) this.#dictionary.repeat(parameter)
        this.#put(this.#date, parameter, cells.number(), cells.number(), key)
        return
      case VALUE_TAG.number:
        if (element > 0) this.#dictionary.repeat(parameter)
        this.#put(this.#amount, parameter, cells.number(), cells.number(), 0, key)
        return
      case VALUE_TAG.quantity: {
        if (element > 0) this.#dictionary.repeat(parameter)
        const low = cells.number()
        const high = cells.number()
        const unit = this.#dictionary.unit(cells.text(), cells.text(), cells.text())
        this.#put(this.#amount, parameter, low, high, unit, key)
        return
      }
      case VALUE_TAG.start:
        this.#put(this.#string, parameter, cells.text(), '', key)
        return
      case VALUE_TAG.position:
        this.#put(this.#position, parameter, cells.number(), cells.number(), key)
        return
      case VALUE_TAG.composite: {
        const components = cells.number()
        for (let component = 0; component < components; component++) {
          for (let values = cells.number(); values > 0; values--) {
            const row = this.#componentRow(tenant, cells)
            this.#put(this.#composite, parameter, component, ...row.slice(0, 4), element, ...row.slice(4), key)
          }
        }
        return
      }
      default:
        unreachable(tag)
    }
  }

  /** text, number, low, high and extra of one value of a component. */
  #componentRow(tenant: string, cells: CellReader): SQLInputValue[] {
    const tag = cells.number() as ValueTag
    switch (tag) {
      case VALUE_TAG.token: {
        const code = cells.text()
        return [code, this.#dictionary.system(cells.text()), 0, 0, '']
      }
      case VALUE_TAG.uri:
        return [cells.text(), 0, 0, 0, '']
      case VALUE_TAG.string: {
        const normalized = cells.text()
        return [normalized, 0, 0, 0, cells.text()]
      }
      case VALUE_TAG.reference: {
        const target = cells.text()
        const type = cells.text()
        return [target, type === '' ? 0 : this.#dictionary.kind(tenant, type), 0, 0, cells.text()]
      }
      case VALUE_TAG.date:
      case VALUE_TAG.number:
        return ['', 0, cells.number(), cells.number(), '']
      case VALUE_TAG.quantity: {
        const low = cells.number()
        const high = cells.number()
        return ['', this.#dictionary.unit(cells.text(), cells.text(), cells.text()), low, high, '']
      }
      case VALUE_TAG.start:
      case VALUE_TAG.position:
      case VALUE_TAG.composite:
        return unreachableComponent(tag)
      default:
        return unreachable(tag)
    }
  }
}

function unreachableComponent(tag: ValueTag): never {
  invariant(false, `a component of kind ${tag}`)
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
