import type { CommitResult } from '#service/ports/resource-store.ts'
import type { CellReader } from './wire.ts'
import type { WriterStatements } from './writer-statements.ts'

type Conflict = Extract<CommitResult, { readonly committed: false }>

/** That may be put. */
export interface CheckedClaim {
  readonly claim: string
  readonly type: string
  readonly id: string
  /** null: never. */
  readonly expiresAt: number | null
  /** From somebody. */
  readonly taken: boolean
}

/** Claims of requests: all of one are checked before anything of it is written. */
export class ClaimsWriter {
  readonly #statements: WriterStatements

  constructor(statements: WriterStatements) {
    this.#statements = statements
  }

  check(tenant: string, count: number, reader: CellReader): CheckedClaim[] | Conflict {
    const claims: CheckedClaim[] = []
    for (let index = 0; index < count; index++) {
      const claim = reader.text()
      const type = reader.text()
      const id = reader.text()
      const replacedType = reader.optionalText()
      const replacedId = reader.optionalText()
      const expiresAt = reader.optionalNumber()
      const row = this.#statements.findClaim.get(tenant, claim)
      const holder = row ? { type: String(row.type), id: String(row.id) } : undefined
      if (holder && (holder.type !== replacedType || holder.id !== replacedId)) {
        return { committed: false, conflict: { kind: 'claim', claim, resource: holder } }
      }
      claims.push({ claim, type, id, expiresAt, taken: row !== undefined })
    }
    return claims
  }

  put(tenant: string, { claim, type, id, expiresAt, taken }: CheckedClaim, now: number): void {
    const statements = this.#statements
    statements.putClaim.run(tenant, claim, type, id)
    if (expiresAt === null) {
      if (taken) statements.keepClaim.run(tenant, claim)
      return
    }
    statements.expireClaim.run(tenant, claim, expiresAt)
    // A few of those whose time is over go with each new one, so that there are never many.
    statements.dropClaims.run(now)
    statements.dropExpiries.run(now)
  }
}
