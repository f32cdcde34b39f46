import type { Tenant } from '#service/call.ts'
import type { Change } from '#service/ports/resource-store.ts'
import { addressOf, versionPartition } from './keys.ts'
import type { Conflict } from './placements.ts'
import type { VersionItem } from './version-item.ts'
import type { VersionReader } from './version-reader.ts'

/** As many as the largest bundle has entries; some 8 MB. */
const REMEMBERED_MAX = 50_000

/**
 * Holds that a version is written only on top of one that is final. The put itself asks whether its own number is free;
 * that the one before is there was mostly seen by the read on which the write is built, so that it costs no request.
 */
export class Predecessors {
  /** By partition, the highest version that this process knows to be final. */
  readonly #seen = new Map<string, number>()
  readonly #reader: VersionReader

  constructor(reader: VersionReader) {
    this.#reader = reader
  }

  remember(item: VersionItem): void {
    const { partition } = item
    const known = this.#seen.get(partition) ?? 0
    this.#seen.delete(partition)
    this.#seen.set(partition, Math.max(known, addressOf(item).versionId))
    if (this.#seen.size <= REMEMBERED_MAX) return
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest)
      return
    }
  }

  /** The first change that is not built on a version that is there, or on the change before it. */
  async findConflict(tenant: Tenant, changes: readonly Change[], deadline: number): Promise<Conflict | undefined> {
    const written = new Map<string, number>()
    for (const change of changes) {
      const { type, id, versionId } = change
      const partition = versionPartition(tenant, change)
      const before = written.get(partition)
      const follows =
        before === undefined
          ? await this.#isFinal(tenant, change, versionId - 1, partition, deadline)
          : before === versionId - 1
      if (!follows) return { kind: 'version', type, id }
      written.set(partition, versionId)
    }
    return undefined
  }

  async #isFinal(
    tenant: Tenant,
    change: Change,
    versionId: number,
    partition: string,
    deadline: number,
  ): Promise<boolean> {
    if (versionId === 0 || (this.#seen.get(partition) ?? 0) >= versionId) return true
    const item = await this.#reader.numbered(tenant, change, versionId, deadline)
    if (item) this.remember(item)
    return item !== undefined
  }
}
