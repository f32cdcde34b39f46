import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ParameterReference } from '#service/search/ast.ts'
import { rememberText } from './remember-text.ts'

/** Numbers as the writer gave them. They never change, so what was found is kept; what was not is asked for again. */
export class DictionaryReader {
  readonly #findKind: StatementSync
  readonly #findParameter: StatementSync
  readonly #findSystem: StatementSync
  readonly #kindOf: StatementSync
  readonly #kinds = new Map<string, number>()
  readonly #kindsByNumber = new Map<number, Kind>()
  readonly #parameters = new Map<number, Map<string, number>>()
  readonly #systems = new Map<string, number>()

  constructor(database: DatabaseSync) {
    this.#findKind = database.prepare('SELECT id FROM kind WHERE tenant = ? AND type = ?')
    this.#findParameter = database.prepare('SELECT id FROM parameter WHERE kind = ? AND url = ?')
    this.#findSystem = database.prepare('SELECT id FROM system WHERE text = ?')
    this.#kindOf = database.prepare('SELECT tenant, type FROM kind WHERE id = ?')
  }

  /** undefined: nothing of this type was ever written or referred to. */
  kind(tenant: string, type: string): number | undefined {
    const name = `${tenant}/${type}`
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    const row = this.#findKind.get(tenant, type)
    if (!row) return undefined
    const number = Number(row.id)
    this.#kinds.set(name, number)
    return number
  }

  kindByNumber(number: number): Kind {
    let kind = this.#kindsByNumber.get(number)
    if (!kind) {
      const row = this.#kindOf.get(number)
      kind = { tenant: String(row?.tenant), type: String(row?.type) }
      this.#kindsByNumber.set(number, kind)
    }
    return kind
  }

  /** undefined: no resource ever had a value of it. */
  parameter(kind: number, reference: Pick<ParameterReference, 'url'>): number | undefined {
    let ofKind = this.#parameters.get(kind)
    if (!ofKind) {
      ofKind = new Map()
      this.#parameters.set(kind, ofKind)
    }
    const known = ofKind.get(reference.url)
    if (known !== undefined) return known
    const row = this.#findParameter.get(kind, reference.url)
    if (!row) return undefined
    const number = Number(row.id)
    ofKind.set(reference.url, number)
    return number
  }

  /** undefined: no value ever had this system. */
  system(text: string): number | undefined {
    if (text === '') return 0
    const known = this.#systems.get(text)
    if (known !== undefined) return known
    const row = this.#findSystem.get(text)
    if (!row) return undefined
    const number = Number(row.id)
    rememberText(this.#systems, text, number)
    return number
  }
}

export interface Kind {
  readonly tenant: string
  readonly type: string
}
