import type { ResourceKey } from '#service/ports/stored-version.ts'
import type { CellReader } from './wire.ts'

/** As many as all requests of a minute refer to; a few megabytes. */
const REMEMBERED_MAX = 20_000

/**
 * When resources were last referred to, by commits that have it held. Whoever has looked for references to one, to
 * delete it, learns here whether one has come since. Not kept beyond the process: neither are such requests.
 */
export class RecentReferences {
  /** By resource, the place in commit order; what was referred to longest ago is first. */
  readonly #last = new Map<string, number>()
  readonly #rememberedMax: number
  /** The last place of anything that is not remembered any more. */
  #forgotten = -1

  constructor(rememberedMax: number = REMEMBERED_MAX) {
    this.#rememberedMax = rememberedMax
  }

  note(tenant: string, type: string, id: string, seq: number): void {
    const name = nameOf(tenant, type, id)
    this.#last.delete(name)
    this.#last.set(name, seq)
    if (this.#last.size <= this.#rememberedMax) return
    for (const [oldest, last] of this.#last) {
      this.#last.delete(oldest)
      this.#forgotten = Math.max(this.#forgotten, last)
      return
    }
  }

  /** Of the resources that a request names, the first that something behind that place may refer to. */
  firstSince(tenant: string, seq: number, reader: CellReader): ResourceKey | undefined {
    let met: ResourceKey | undefined
    for (let left = reader.number(); left > 0; left--) {
      const key = { type: reader.text(), id: reader.text() }
      if (this.since(tenant, key.type, key.id, seq)) met ??= key
    }
    return met
  }

  /** Whether something behind that place may refer to it; certainly not where this is false. */
  since(tenant: string, type: string, id: string, seq: number): boolean {
    return (this.#last.get(nameOf(tenant, type, id)) ?? this.#forgotten) > seq
  }
}

/** Neither tenants nor types have a slash. */
const nameOf = (tenant: string, type: string, id: string): string => `${tenant}/${type}/${id}`
