import type { Tenant } from '#service/call.ts'
import type { SearchHit } from '#service/ports/search-index.ts'
import type { VersionRow } from '../version-row.ts'

/**
 * Counts the runs of this thread's microtasks: nothing reaches the thread, and so no answer to a write leaves it, while
 * one of them lasts.
 */
let run = 0
let counting = false

function currentRun(): number {
  if (!counting) {
    counting = true
    process.nextTick(() => {
      run++
      counting = false
    })
  }
  return run
}

/**
 * A hit with the newest version beside it, which the search came by at little cost. Reading it from here is as good as
 * from the store as long as nobody can have heard of a later write.
 */
export class FoundHit implements SearchHit {
  readonly type: string
  readonly id: string
  readonly versionId: number
  readonly #tenant: Tenant
  readonly #row: VersionRow
  readonly #run: number

  constructor(tenant: Tenant, type: string, id: string, row: VersionRow) {
    this.type = type
    this.id = id
    this.versionId = row[0]
    this.#tenant = tenant
    this.#row = row
    this.#run = currentRun()
  }

  /** undefined: no hit of a search of this tenant, or one that has been kept since. */
  static rowOf(tenant: Tenant, hint: object): VersionRow | undefined {
    return #row in hint && hint.#run === run && hint.#tenant === tenant ? hint.#row : undefined
  }
}
