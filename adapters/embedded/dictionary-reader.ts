import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ParameterReference } from '#service/search/ast.ts'
import { rememberText } from './remember-text.ts'

/**
 * Numbers as the writer gave them. They never change, so what was found is kept. What was not is asked for again, but
 * for what `recalling` allows to remember.
 */
export class DictionaryReader {
  readonly #findKind: StatementSync
  readonly #findParameter: StatementSync
  readonly #findSystem: StatementSync
  readonly #kindOf: StatementSync
  readonly #kinds = new Map<string, number>()
  readonly #kindsByNumber = new Map<number, Kind>()
  readonly #parameters = new Map<number, Map<string, number>>()
  readonly #systems = new Map<string, number>()

  readonly #epoch: () => number | undefined
  /** As of one epoch: types that are not there, parameters that no resource has two values of. */
  readonly #absentKinds = new Set<string>()
  readonly #single = new Set<number>()
  readonly #repeated = new Set<number>()
  readonly #findRepeated: StatementSync
  #rememberedOf: number | undefined
  #recalls = false

  /** @param epoch see settledEpoch */
  constructor(database: DatabaseSync, epoch: () => number | undefined = () => undefined) {
    this.#epoch = epoch
    this.#findRepeated = database.prepare('SELECT 1 FROM repeated WHERE parameter = ?')
    this.#findKind = database.prepare('SELECT id FROM kind WHERE tenant = ? AND type = ?')
    this.#findParameter = database.prepare('SELECT id FROM parameter WHERE kind = ? AND url = ?')
    this.#findSystem = database.prepare('SELECT id FROM system WHERE text = ?')
    this.#kindOf = database.prepare('SELECT tenant, type FROM kind WHERE id = ?')
  }

  /**
   * Runs what reads this connection as of one commit, and may make use of what is remembered. Where that was changed
   * meanwhile, it is run again without.
   */
  recalling<T>(work: () => T): T {
    const epoch = this.#epoch()
    if (epoch === undefined) return work()
    if (epoch !== this.#rememberedOf) this.#forget()
    this.#rememberedOf = epoch
    this.#recalls = true
    try {
      const result = work()
      if (this.#epoch() === epoch) return result
    } finally {
      this.#recalls = false
      if (this.#epoch() !== epoch) this.#forget()
    }
    return work()
  }

  #forget(): void {
    this.#rememberedOf = undefined
    this.#absentKinds.clear()
    this.#single.clear()
  }

  /** Whether no resource has two ranges of it. */
  isSingle(parameter: number): boolean {
    if (this.#repeated.has(parameter)) return false
    if (this.#recalls && this.#single.has(parameter)) return true
    const single = this.#findRepeated.get(parameter) === undefined
    if (!single) this.#repeated.add(parameter)
    else if (this.#recalls) this.#single.add(parameter)
    return single
  }

  /** undefined: nothing of this type was ever written or referred to. */
  kind(tenant: string, type: string): number | undefined {
    const name = `${tenant}/${type}`
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    if (this.#recalls && this.#absentKinds.has(name)) return undefined
    const row = this.#findKind.get(tenant, type)
    if (!row) {
      if (this.#recalls && this.#absentKinds.size < ABSENT_KINDS_MAX) this.#absentKinds.add(name)
      return undefined
    }
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

/** Of so many tenants and types that have nothing. */
const ABSENT_KINDS_MAX = 10_000

export interface Kind {
  readonly tenant: string
  readonly type: string
}
