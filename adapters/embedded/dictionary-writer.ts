import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { rememberText } from './remember-text.ts'

/** More than this many tenants and types in memory are forgotten and looked up again. */
const REMEMBERED_MAX = 50_000

/**
 * Numbers for what repeats in index rows: resource types of a tenant, search parameters, code systems, units. Numbers
 * are never reused or changed, so whoever has read one may keep it.
 */
export class DictionaryWriter {
  readonly #kinds = new Map<string, Map<string, number>>()
  readonly #parameters = new Map<number, Map<string, number>>()
  readonly #systems = new Map<string, number>()
  readonly #units = new Map<string, number>()
  readonly #repeated = new Set<number>()
  readonly #repeat: StatementSync
  readonly #statements: Readonly<Record<'kind' | 'parameter' | 'system' | 'unit', Interning>>

  readonly #changed: () => void

  /** @param changed is told of what readers remember, before it is committed. */
  constructor(database: DatabaseSync, changed: () => void = () => undefined) {
    this.#changed = changed
    this.#repeat = database.prepare('INSERT OR IGNORE INTO repeated VALUES (?)')
    const kind = interning(
      database,
      'kind',
      'tenant = ? AND type = ?',
      '(tenant, type, live, versions) VALUES (?, ?, 0, 0)',
    )
    this.#statements = {
      kind: {
        ...kind,
        insert: columns => {
          changed()
          return kind.insert(columns)
        },
      },
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

  /** A resource has several ranges of this parameter: searches can't take two conditions for one on the same range. */
  repeat(parameter: number): void {
    if (this.#repeated.has(parameter)) return
    if (this.#repeat.run(parameter).changes > 0) this.#changed()
    this.#repeated.add(parameter)
  }

  kind(tenant: string, type: string): number {
    const known = within(this.#kinds, tenant)
    return known.get(type) ?? intern(known, type, this.#statements.kind, tenant, type)
  }

  parameter(kind: number, url: string): number {
    const known = within(this.#parameters, kind)
    return known.get(url) ?? intern(known, url, this.#statements.parameter, kind, url)
  }

  system(text: string): number {
    if (text === '') return 0
    return this.#systems.get(text) ?? intern(this.#systems, text, this.#statements.system, text)
  }

  unit(system: string, code: string, unit: string): number {
    if (system === '' && code === '' && unit === '') return 0
    const name = `${code}\0${unit}\0${system}`
    return this.#units.get(name) ?? intern(this.#units, name, this.#statements.unit, code, unit, system)
  }

  /** After a rollback: what was interned since may be gone. */
  forget(): void {
    for (const known of [this.#kinds, this.#parameters, this.#systems, this.#units]) known.clear()
    this.#repeated.clear()
  }
}

/** One map inside another: joining names costs more than a second look-up. */
function within<Key>(maps: Map<Key, Map<string, number>>, key: Key): Map<string, number> {
  let inner = maps.get(key)
  if (!inner) {
    if (maps.size >= REMEMBERED_MAX) maps.clear()
    inner = new Map()
    maps.set(key, inner)
  }
  return inner
}

function intern(
  known: Map<string, number>,
  name: string,
  { find, insert }: Interning,
  ...columns: (string | number)[]
): number {
  const row = find.get(...columns)
  const number = row ? Number(row.id) : insert(columns)
  rememberText(known, name, number)
  return number
}

interface Interning {
  readonly find: StatementSync
  readonly insert: (columns: readonly (string | number)[]) => number
}

function interning(database: DatabaseSync, table: string, match: string, values: string): Interning {
  const insert = database.prepare(`INSERT INTO ${table} ${values}`)
  return {
    find: database.prepare(`SELECT id FROM ${table} WHERE ${match}`),
    insert: columns => Number(insert.run(...columns).lastInsertRowid),
  }
}
