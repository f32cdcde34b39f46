import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** More than this many texts in memory are forgotten and looked up again: identifier systems may be without number. */
const REMEMBERED_MAX = 50_000

/**
 * Numbers for what repeats in index rows: resource types of a tenant, search parameters, code systems, units. Numbers
 * are never reused or changed, so whoever has read one may keep it.
 */
export class DictionaryWriter {
  readonly #remembered = new Map<string, number>()
  readonly #statements: Readonly<Record<'kind' | 'parameter' | 'system' | 'unit', Interning>>

  constructor(database: DatabaseSync) {
    this.#statements = {
      kind: interning(
        database,
        'kind',
        'tenant = ? AND type = ?',
        '(tenant, type, live, versions) VALUES (?, ?, 0, 0)',
      ),
      parameter: interning(database, 'parameter', 'kind = ? AND url = ?', '(kind, url) VALUES (?, ?)'),
      system: interning(database, 'system', 'text = ?', '(text) VALUES (?)'),
      unit: interning(
        database,
        'unit',
        'code = ? AND unit = ? AND system = ?',
        '(code, unit, system) VALUES (?, ?, ?)',
      ),
    }
  }

  kind(tenant: string, type: string): number {
    return this.#number(`${tenant}/${type}`, this.#statements.kind, tenant, type)
  }

  parameter(kind: number, url: string): number {
    return this.#number(`${kind} ${url}`, this.#statements.parameter, kind, url)
  }

  system(text: string): number {
    return text === '' ? 0 : this.#number(`\0${text}`, this.#statements.system, text)
  }

  unit(system: string, code: string, unit: string): number {
    if (system === '' && code === '' && unit === '') return 0
    return this.#number(`\0${code}\0${unit}\0${system}`, this.#statements.unit, code, unit, system)
  }

  /** After a rollback: what was interned since may be gone. */
  forget(): void {
    this.#remembered.clear()
  }

  #number(name: string, { find, insert }: Interning, ...columns: (string | number)[]): number {
    const known = this.#remembered.get(name)
    if (known !== undefined) return known
    const row = find.get(...columns)
    const number = row ? Number(row.id) : Number(insert.run(...columns).lastInsertRowid)
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear()
    this.#remembered.set(name, number)
    return number
  }
}

interface Interning {
  readonly find: StatementSync
  readonly insert: StatementSync
}

const interning = (database: DatabaseSync, table: string, match: string, values: string): Interning => ({
  find: database.prepare(`SELECT id FROM ${table} WHERE ${match}`),
  insert: database.prepare(`INSERT INTO ${table} ${values}`),
})
