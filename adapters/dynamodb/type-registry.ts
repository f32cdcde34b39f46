import type { Tenant } from '#service/call.ts'
import { typeKey, typesPartition } from './keys.ts'
import { queryPages } from './query-pages.ts'
import type { StoreContext } from './store-context.ts'

/**
 * Which types a tenant has, and how many shards the change index of each may have: what a history has to look through.
 */
export class TypeRegistry {
  readonly #context: StoreContext
  /** Known to be registered, with at least the shards of our settings. */
  readonly #known = new Map<Tenant, Set<string>>()

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** Registers what is new. The first commit of a process costs a query a tenant, and then nothing. */
  async register(tenant: Tenant, types: Iterable<string>, deadline: number): Promise<void> {
    let known = this.#known.get(tenant)
    for (const type of types) {
      if (known?.has(type)) continue
      known ??= await this.#load(tenant, deadline)
      if (!known.has(type)) await this.#put(tenant, type, deadline)
      known.add(type)
    }
  }

  /** Shards by type. */
  async read(tenant: Tenant, deadline: number): Promise<ReadonlyMap<string, number>> {
    const shards = new Map<string, number>()
    for await (const items of queryPages(this.#context.table, { partition: typesPartition(tenant) }, deadline)) {
      for (const item of items) shards.set(item.sort, Number(item.shards))
    }
    return shards
  }

  async #load(tenant: Tenant, deadline: number): Promise<Set<string>> {
    const { shardsOf } = this.#context.settings
    const registered = await this.read(tenant, deadline)
    const known = new Set([...registered].flatMap(([type, shards]) => (shards >= shardsOf(type) ? type : [])))
    this.#known.set(tenant, known)
    return known
  }

  /** More shards replace fewer, never the other way round. */
  async #put(tenant: Tenant, type: string, deadline: number): Promise<void> {
    const { table, settings } = this.#context
    const item = { ...typeKey(tenant, type), shards: settings.shardsOf(type) }
    let outcome = await table.write({ kind: 'put', item, condition: ['absent'] }, deadline)
    while (!outcome.done && Number(outcome.found?.shards ?? 0) < item.shards) {
      const condition = outcome.found ? [{ shards: Number(outcome.found.shards) }] : (['absent'] as const)
      outcome = await table.write({ kind: 'put', item, condition }, deadline)
    }
  }
}
